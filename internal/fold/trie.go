package fold

import "slices"

// trie is an automaton over the bytes of words that stops at keys. Its states lie in
// one array, each with room for its next states at offsets that no other state uses
// (a double array: Aoe, 1989), so that a step is an addition and a comparison.
type trie struct {
	states []state
}

type state struct {
	// base plus a byte is where the next state by that byte lies, if its from is this
	// state. It may be below 0.
	base, from int32
	// key is the position of the key that ends here, -1 if none does.
	key int32
}

// none is no state, and no key.
const none = -1

// root is where every word begins.
const root = 0

// newTrie makes a trie of keys that are sorted, unique and not empty.
func newTrie(keys []string) *trie {
	t := &trie{states: []state{{from: none, key: none}}}
	type span struct {
		at       int32 // state
		from, to int   // keys that pass through it
		depth    int
	}
	var bytes []byte
	// The states before free are taken. Of a state that leads to several others, base
	// is looked for behind the last such: the holes are left to those that lead to one,
	// which are most, because they fit anywhere.
	free, wide := int32(1), int32(1)
	for queue := []span{{root, 0, len(keys), 0}}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		if s.from < s.to && len(keys[s.from]) == s.depth {
			t.states[s.at].key = int32(s.from)
			s.from++
		}
		bytes = bytes[:0]
		for i := s.from; i < s.to; i++ {
			if c := keys[i][s.depth]; len(bytes) == 0 || bytes[len(bytes)-1] != c {
				bytes = append(bytes, c)
			}
		}
		if len(bytes) == 0 {
			continue
		}
		for int(free) < len(t.states) && t.states[free].from != none {
			free++
		}
		var base int32
		if len(bytes) == 1 {
			base = t.place(free, bytes)
		} else {
			base = t.place(wide, bytes)
			wide = base + int32(bytes[0])
		}
		t.states[s.at].base = base
		for i := s.from; i < s.to; {
			c, next := keys[i][s.depth], i
			for next < s.to && keys[next][s.depth] == c {
				next++
			}
			at := base + int32(c)
			t.states[at].from = s.at
			queue = append(queue, span{at, i, next, s.depth + 1})
			i = next
		}
	}
	t.states = slices.Clip(t.states)
	return t
}

// place returns a base at which the next states by all of bytes are free, the first
// of them at free or later, and makes room for them.
func (t *trie) place(free int32, bytes []byte) int32 {
	for base := free - int32(bytes[0]); ; base++ {
		for need := int(base) + int(bytes[len(bytes)-1]) + 1; len(t.states) < need; {
			t.states = append(t.states, state{from: none, key: none})
		}
		if !slices.ContainsFunc(bytes, func(c byte) bool { return t.states[base+int32(c)].from != none }) {
			return base
		}
	}
}

// next returns the state after s by the byte c, none if there is none.
func (t *trie) next(s int32, c byte) int32 {
	at := t.states[s].base + int32(c)
	if uint(at) < uint(len(t.states)) && t.states[at].from == s {
		return at
	}
	return none
}
