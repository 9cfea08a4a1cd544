package auth

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
)

// An access key id says its account, as those that AWS makes since 2019 do:
// after the prefix 80 bits in base 32, a one, the account's number in 40 bits,
// and the rest random. Ids that begin with less than a one are older and say
// nothing.
const (
	keyIDBytes   = 10
	randomBits   = 7 // of the first 48 bits
	newFormatBit = 1 << 47
	accountDigit = 12
	accounts12   = 1_000_000_000_000 // numbers of accountDigit digits are below
)

// newKeyID makes up an id of a prefix (inventory.KeyID, …) in an account. Its 39
// random bits may come twice in a long time; Create sees to that.
func newKeyID(prefix, account string, random io.Reader) (string, error) {
	number, err := strconv.ParseUint(account, 10, 40)
	if err != nil {
		return "", fmt.Errorf("access key id of account %s: %w", account, err)
	}
	raw := make([]byte, keyIDBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("make up an id: %w", err)
	}
	head := newFormatBit | number<<randomBits | uint64(raw[5])&(1<<randomBits-1)
	binary.BigEndian.PutUint16(raw, uint16(head>>32))
	binary.BigEndian.PutUint32(raw[2:], uint32(head))
	return prefix + base32.StdEncoding.EncodeToString(raw), nil
}

// AccountOfKeyID is the account that an access key id says; false: it says none.
func AccountOfKeyID(id string) (account string, ok bool) {
	rest, ok := strings.CutPrefix(id, inventory.KeyID)
	if !ok {
		if rest, ok = strings.CutPrefix(id, inventory.TemporaryKeyID); !ok {
			return "", false
		}
	}
	raw, err := base32.StdEncoding.DecodeString(rest)
	if err != nil || len(raw) != keyIDBytes {
		return "", false
	}
	head := uint64(binary.BigEndian.Uint16(raw))<<32 | uint64(binary.BigEndian.Uint32(raw[2:]))
	number := head &^ newFormatBit >> randomBits
	if head&newFormatBit == 0 || number >= accounts12 {
		return "", false
	}
	return fmt.Sprintf("%0*d", accountDigit, number), true
}
