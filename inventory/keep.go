package inventory

// Keep takes over from an earlier inventory of the account what a snapshot does
// not say: the credentials of users who are still there by their unique ids,
// MFA devices, providers, settings, tags of instance profiles, and profiles
// without a role. What the account says itself stays. Both are indexed, and
// the account is not any more after it. A nil old has nothing to give.
func (a *Account) Keep(old *Account) {
	if old == nil {
		return
	}
	for _, u := range a.Users {
		if was := old.UserByID(u.ID); was != nil && len(u.Keys) == 0 && u.Login == nil {
			c := was.Clone()
			u.Keys, u.Login = c.Keys, c.Login
		}
	}
	for _, d := range old.Devices {
		if a.Device(d.Serial) == nil && (d.Owner == "" || d.Owner == a.ID || a.UserByID(d.Owner) != nil) {
			a.Devices = append(a.Devices, d.Clone())
		}
	}
	a.keepProfiles(old)
	a.keepNumbers(old)
	a.keepProviders(old)
	if a.Settings.Equal(Settings{}) {
		a.Settings = old.Settings.Clone()
	}
}

func (a *Account) keepProfiles(old *Account) {
	ids := map[string]bool{}
	for _, p := range a.Profiles {
		ids[p.ID] = true
		if was := old.Profile(p.Name); was != nil && was.ID == p.ID && p.Tags == nil {
			p.Tags = was.Clone().Tags
		}
	}
	for _, p := range old.Profiles {
		if p.Role == "" && !ids[p.ID] && a.Profile(p.Name) == nil {
			a.Profiles = append(a.Profiles, p.Clone())
		}
	}
}

// keepNumbers keeps what version numbers of policies were given away.
func (a *Account) keepNumbers(old *Account) {
	for _, p := range a.Policies {
		if was := old.Policy(p.ARN); was != nil && was.ID == p.ID {
			p.Last = max(p.Last, was.Last)
		}
	}
}

func (a *Account) keepProviders(old *Account) {
	for _, p := range old.SAML {
		if a.SAMLProvider(p.ARN) == nil {
			a.SAML = append(a.SAML, p.Clone())
		}
	}
	for _, p := range old.OIDC {
		if a.OIDCProvider(p.ARN) == nil {
			a.OIDC = append(a.OIDC, p.Clone())
		}
	}
	if len(a.Deletions) == 0 {
		a.Deletions = each(old.Deletions, (*Deletion).Clone)
	}
}
