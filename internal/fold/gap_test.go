package fold

import (
	"slices"
	"testing"
)

func TestGap(t *testing.T) {
	text := NewText("soft skills\u00a0soft-skills\u2011soft \u2013 skills, soft'skills 软技 می\u200cروند")
	var got []Gap
	for i := range text.Len() {
		got = append(got, text.Gap(i))
	}
	want := []Gap{
		Punctuation, Space, Space, Hyphen, Hyphen, Space | Hyphen, Punctuation | Space, Punctuation,
		Space, 0, Space, Space,
	}
	if !slices.Equal(got, want) {
		t.Errorf("gaps %v, want %v", got, want)
	}
}

// TestBetween: a phrase can be told what may part its words.
func TestBetween(t *testing.T) {
	phrase := Words("soft skill*", "*?")
	if phrase[1].Gap != Space {
		t.Fatalf("the typed gap is %v, want a space", phrase[1].Gap)
	}
	text := NewText("soft skills, soft-skills, soft: skills, 'soft' skills")
	for between, want := range map[Gap][]int{
		0:              {0, 2, 4, 6},
		Space | Hyphen: {0, 2},
		Hyphen:         {2},
	} {
		phrase[1].Between = between
		var got []int
		NewIndex([][]Word{phrase}).Find(text, nil, func(_, first, _ int) { got = append(got, first) })
		if !slices.Equal(got, want) {
			t.Errorf("with %v between: found at %v, want %v", between, got, want)
		}
	}
}
