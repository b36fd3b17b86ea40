package source

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// Where a part of an answer is of another type, the error names it, whatever the part is.
func TestMisfit(t *testing.T) {
	type value struct {
		Text  jsonText           `json:"text"`
		List  jsonList[jsonText] `json:"list"`
		Parts []struct {
			Deep map[string]jsonText `json:"deep"`
		} `json:"parts"`
	}
	for body, want := range map[string]string{
		`[]`:                            "the answer is array: this program expects another type",
		`"text"`:                        "the answer is string: this program expects another type",
		`{"text":{}}`:                   "field text is object: this program expects another type",
		`{"text":[[{}]],"list":1}`:      "field text is array: this program expects another type",
		`{"list":["a",{"b":1}]}`:        "field list is object: this program expects another type",
		`{"list":{"b":1}}`:              "field list is object: this program expects another type",
		`{"parts":1.5}`:                 "field parts is number: this program expects another type",
		`{"parts":[{},true]}`:           "field parts is bool: this program expects another type",
		`{"parts":[{"deep":{"a":[]}}]}`: "field parts.deep.a is array: this program expects another type",
	} {
		if err := readJSON([]byte(body), new(value)); err == nil || err.Error() != want {
			t.Errorf("%s: error is %v, want %s", body, err, want)
		}
	}
}

// A record is known by its ID also where a field before that cannot be read.
func TestBadRecordIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		page func() (id, reason string)
		id   string
	}{
		"beside it": {func() (string, string) {
			page, err := decodeOpenAlex([]byte(`{"meta":{"count":1},"results":[{"title":[],"id":"https://openalex.org/W1"}]}`))
			if err != nil || len(page.Bad) != 1 {
				t.Fatalf("%+v, %v", page, err)
			}
			return page.Bad[0].SourceID, page.Bad[0].Reason
		}, "W1"},
		"in it": {func() (string, string) {
			page, err := decodeOpenAlex([]byte(`{"meta":{"count":1},"results":[{"abstract_inverted_index":{"a":[[{"b":[]}],2],"c":[3]},"id":"https://openalex.org/W1"}]}`))
			if err != nil || len(page.Bad) != 1 {
				t.Fatalf("%+v, %v", page, err)
			}
			return page.Bad[0].SourceID, page.Bad[0].Reason
		}, "W1"},
		"around it": {func() (string, string) {
			page, err := decodeClinicalTrials([]byte(`{"studies":[{"protocolSection":{"designModule":{"studyType":[]},"identificationModule":{"nctId":"NCT1"}}}]}`))
			if err != nil || len(page.Bad) != 1 {
				t.Fatalf("%+v, %v", page, err)
			}
			return page.Bad[0].SourceID, page.Bad[0].Reason
		}, "NCT1"},
	} {
		if id, reason := c.page(); id != c.id || !strings.HasPrefix(reason, "field ") {
			t.Errorf("%s: the ID is %q, the reason %q", name, id, reason)
		}
	}
}

// Numbers and the like are read as forgivingly as sources write them.
func TestJSONValues(t *testing.T) {
	type value struct {
		Text jsonText           `json:"t"`
		Int  jsonInt            `json:"i"`
		Bool jsonBool           `json:"b"`
		List jsonList[jsonText] `json:"l"`
	}
	for body, want := range map[string]value{
		`{"t":null,"i":null,"b":null,"l":null}`:                 {},
		`{"t":12.50,"i":"12","b":"Y","l":"one"}`:                {Text: "12.50", Int: 12, Bool: true, List: jsonList[jsonText]{"one"}},
		`{"t":true,"i":12.7,"b":1,"l":["one",2]}`:               {Text: "true", Int: 12, Bool: true, List: jsonList[jsonText]{"one", "2"}},
		`{"t":"\u00e9\ud800\/","i":{"a":[1]},"b":[true],"l":7}`: {Text: "é\ufffd/", List: jsonList[jsonText]{"7"}},
		`{"t":"a","t":"b","l":["a"],"l":[],"i":1e99,"b":"no"}`:  {Text: "b", List: jsonList[jsonText]{}},
		"{\"t\":\"caf\xe9\",\"T\":\"no\"}":                      {Text: "caf\ufffd"},
	} {
		var got value
		if err := readJSON([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if got.Text != want.Text || got.Int != want.Int || got.Bool != want.Bool || strings.Join(texts(got.List), "|") != strings.Join(texts(want.List), "|") {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func texts(list jsonList[jsonText]) []string {
	var out []string
	for _, t := range list {
		out = append(out, string(t))
	}
	return out
}

func TestOpenAlexAbstract(t *testing.T) {
	for index, want := range map[string]string{
		`null`:                                   "",
		`{}`:                                     "",
		`{"b":[1],"a":[0,2]}`:                    "a b a",
		`{"last":[19999],"first":[7],"none":[]}`: "first last",
		`{"z":[1,0],"b":[1],"a":[1],"":[1,5]}`:   "z a b z",
		`{"same":[3,3],"other":null,"x":["0"]}`:  "x same same",
		`{"twice":[0],"twice":[1]}`:              "twice twice",
		`{"<p>Люди":[0],"\u0442оргу\u044e\u0442</p>":[1],"\ud83d\ude00":[2]}`: "Люди торгуют\n\n😀",
		"{\"caf\xe9\":[0]}": "caf\ufffd",
	} {
		var got openAlexAbstract
		if err := readJSON([]byte(index), &got); err != nil || string(got) != want {
			t.Errorf("%s: %q, want %q, %v", index, got, want, err)
		}
	}
	for index, want := range map[string]string{
		`"a b"`:         "is not an object",
		`["a"]`:         "is not an object",
		`{"a":0}`:       "is not an object",
		`{"a":[null]}`:  "is not an object",
		`{"a":[[0]]}`:   "is not an object",
		`{"a":[20000]}`: "position 20000,",
		`{"a":[-1]}`:    "position -1,",
		`{"a":[1e2]}`:   "position 1e2,",
		`{"a":[9` + strings.Repeat("9", 30) + `]}`:           "outside of 0 to 19999",
		`{"a":[0` + strings.Repeat(",0", maxAbstract) + `]}`: "more than 20000 words",
	} {
		var got openAlexAbstract
		err := readJSON([]byte(index), &got)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %q, %v, want an error with %q", index, got, err, want)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	for body, ok := range map[string]bool{
		"": false, " \n": false, "{": false, `{"a":1} x`: false, `{"a":1}{}`: false, `{'a':1}`: false, `{"a":01}`: false, `{"a":1,}`: false,
		"{\"a\":\"b\nc\"}": false, "\ufeff{}": false,
		` {"a":1} ` + "\n": true, "null": true, `{"a":1,"a":2}`: true, `"\ud800"`: true, "\"\xff\"": true,
		strings.Repeat("[", 9000) + strings.Repeat("]", 9000): true,
	} {
		if err := checkJSON([]byte(body)); (err == nil) != ok {
			t.Errorf("%.20q: %v", body, err)
		}
		// What passes can be taken apart.
		if err := readJSON([]byte(body), new(jsontext.Value)); ok && err != nil {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}
