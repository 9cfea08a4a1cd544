package inventory

import "time"

// Settings are what an account has once.
type Settings struct {
	Name           string          `json:"name,omitempty"` // as the operator calls it
	Created        time.Time       `json:"created,omitzero"`
	RootKeys       []AccessKey     `json:"rootKeys,omitempty"`
	Aliases        []string        `json:"aliases,omitempty"` // none or one
	PasswordPolicy *PasswordPolicy `json:"passwordPolicy,omitempty"`
}

// PasswordPolicy is what the passwords of users must be like. Without one AWS's
// default holds, which is not this type's business.
type PasswordPolicy struct {
	MinLength      int  `json:"minLength"`
	Symbols        bool `json:"symbols,omitempty"` // at least one, as the following
	Numbers        bool `json:"numbers,omitempty"`
	Uppercase      bool `json:"uppercase,omitempty"`
	Lowercase      bool `json:"lowercase,omitempty"`
	UsersMayChange bool `json:"usersMayChange,omitempty"`
	MaxAge         int  `json:"maxAge,omitempty"`  // days; 0: passwords do not expire
	NoReuse        int  `json:"noReuse,omitempty"` // how many former passwords may not be taken again
	// HardExpiry: a password that has expired cannot be changed by its user.
	HardExpiry bool `json:"hardExpiry,omitempty"`
}
