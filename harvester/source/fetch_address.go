package source

import (
	"fmt"
	"net/netip"
	"syscall"
)

// reserved are the address ranges beside the private, loopback, link-local and
// multicast ones that no public source lives in (IANA special-purpose address
// registries), among them those through which an IPv4 address can be written as
// an IPv6 one.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// isPublic reports whether an address is one on the open Internet.
func isPublic(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// refusePrivate is a net.Dialer.Control. It sees the address a name was resolved
// to, at the moment of connecting, so that neither a redirect nor a name that
// changes its mind between two look-ups gets past it.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %q: %w", address, err)
	}
	if isPublic(at.Addr()) {
		return nil
	}
	return &RefusedError{
		URL:    address,
		Reason: "the address is on this machine or in a private network",
		Hint:   "if the source is meant to be there, such as a mirror, set allow_private",
	}
}
