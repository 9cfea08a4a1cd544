package cloudtrail

import "unsafe"

// likeness is all that Attempts goes by in a record, but for its time and id.
// In logs the same principals do the same things again and again.
type likeness struct {
	texts [likeTexts]string
	flags [wordBytes]uint8
}

// likeTexts is how many texts a likeness has.
const likeTexts = 16

// alikes are likenesses seen lately. Those that share a slot take turns.
type alikes struct {
	slots [likeSlots]struct {
		likeness
		number uint64
	}
	next likeness // of the record that is looked at
	last uint64   // the number that was given last
}

// Alike is a number that the record shares with others of its Scanner; zero
// when none is known. Records of one number have the same accounts and Region,
// and Attempts gives the same of them but for Time and EventID, as long as
// their times can be used (When). Numbers are not used again.
func (r *Record) Alike() uint64 {
	if r.mem == nil {
		return 0
	}
	a := &r.mem.alikes
	if !r.likeness(&a.next) {
		return 0
	}
	slot := &a.slots[a.next.slot()]
	if slot.number == 0 || !slot.same(&a.next) {
		a.last++
		slot.likeness, slot.number = a.next, a.last
	}
	return slot.number
}

// likeness fills in that of the record; false for a record that had better be
// looked at in full. Of a session whose issuer is known its name matters beside
// it; what matters of a user and the root hardly changes. A call that may hand
// over roles is looked at in full.
func (r *Record) likeness(l *likeness) bool {
	u, issuer := &r.User, &r.User.Issuer
	if r.Malformed != nil || !u.Present || len(r.EventID) > maxIDBytes ||
		r.ServiceNamespace != "" || r.StatementVerb != "" || r.ConsoleLogin != "" || len(r.Roles) > 0 && r.handsOver() {
		return false
	}
	t := &l.texts
	switch u.Type {
	case typeAssumed:
		if issuer.ARN == "" || issuer.PrincipalID == "" {
			return false
		}
		t[0], t[1], t[2] = issuer.PrincipalID, issuer.ARN, ""
		t[14], t[15] = r.session(), r.source()
	case typeUser, typeRoot:
		t[0], t[1], t[2] = r.mem.text(u.PrincipalID), r.mem.text(u.ARN), r.mem.text(u.AccessKeyID)
		t[14], t[15] = "", ""
	default:
		return false
	}
	t[3], t[4], t[5] = u.Type, u.AccountID, issuer.AccountID
	t[6], t[7], t[8], t[9] = r.EventVersion, r.EventSource, r.EventName, r.Region
	t[10], t[11], t[12], t[13] = r.ErrorCode, r.Recipient, r.EventType, r.Category
	l.flags[0] = uint8(r.Management)
	return true
}

// likeWords is the size of a likeness in words.
const likeWords = unsafe.Sizeof(likeness{}) / wordBytes

// same reports whether two likenesses have the very same texts, which is so of
// repeated ones, as the Scanner keeps them: comparing where they are is far
// cheaper than comparing them. Equal texts that are in two places only cost the
// caller a closer look.
func (l *likeness) same(o *likeness) bool {
	return *(*[likeWords]uintptr)(unsafe.Pointer(l)) == *(*[likeWords]uintptr)(unsafe.Pointer(o))
}

// slot is where a likeness is looked for, by where some of its texts are.
func (l *likeness) slot() uint64 {
	const factor = 0x9e3779b97f4a7c15
	h := uint64(0)
	for _, i := range [...]int{0, 8, 7, 9, 10, 14} {
		h = (h ^ uint64(uintptr(unsafe.Pointer(unsafe.StringData(l.texts[i]))))) * factor
		h ^= h >> 32
	}
	return h % likeSlots
}

// ID is the event's id. It shares memory with the ids of neighbours: see
// Attempt.
func (r *Record) ID() string { return r.mem.id(r.EventID) }
