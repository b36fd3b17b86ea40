package importer

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/cputime"
	"polyglean/internal/record"
)

// TestTables: tables in the columns of the programs that reviewers use.
func TestTables(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want record.Candidate
	}{
		"Scopus": {
			"Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,DOI,Link,Abstract,Author Keywords,Index Keywords,Language of Original Document,Document Type,EID\n" +
				`"Demo A.; Muster B.","Demo, Ana (57000000001); Muster, Bo (57000000002)",57000000001,"Synthetic ""record""",2020,Synthetic Journal,1,2,,10,20,10.5555/T1,https://www.scopus.com/x,[No abstract available],one; two,Three,Spanish; English,Article,2-s2.0-90000000003` + "\n",
			record.Candidate{
				SourceID: "test:2-s2.0-90000000003", Titles: []record.Text{{Text: `Synthetic "record"`}},
				Authors:  []record.Author{{Name: "Demo, Ana", Family: "Demo", Given: "Ana"}, {Name: "Muster, Bo", Family: "Muster", Given: "Bo"}},
				Keywords: []record.Text{{Text: "one"}, {Text: "two"}, {Text: "Three"}}, Languages: []string{"es", "en"},
				Year: 2020, Date: "2020", Container: "Synthetic Journal", Volume: "1", Issue: "2", Pages: "10-20", Type: "Article",
				IDs: record.Identifiers{DOI: "10.5555/t1", Other: map[string]string{"scopus": "2-s2.0-90000000003"}}, URL: "https://www.scopus.com/x",
			},
		},
		"Web of Science, tab-delimited": {
			"PT\tAU\tAF\tTI\tSO\tLA\tDT\tDE\tID\tAB\tSN\tPY\tVL\tIS\tBP\tEP\tDI\tPM\tUT\tPA\n" +
				"J\tDemo, A\tDemo, Ana\t\"Out\" of it: synthetic\tSYNTHETIC J\tPortuguese\tArticle\tone; two\tTHREE\tAbout it.\t1879-1379\t2019\t7\t1\t3\t9\t10.5555/t2\t12345\tWOS:000000000000002\t1 NOWHERE ST, NOWHERE, NY 10010-1710 USA\n",
			record.Candidate{
				SourceID: "test:WOS:000000000000002", Titles: []record.Text{{Text: `"Out" of it: synthetic`}}, Abstracts: []record.Text{{Text: "About it."}},
				Authors: []record.Author{{Name: "Demo, Ana", Family: "Demo", Given: "Ana"}}, Keywords: []record.Text{{Text: "one"}, {Text: "two"}, {Text: "THREE"}},
				Languages: []string{"pt"}, Year: 2019, Date: "2019", Container: "SYNTHETIC J", Volume: "7", Issue: "1", Pages: "3-9", Type: "Article",
				IDs: record.Identifiers{DOI: "10.5555/t2", PMID: "12345"}, ISSN: []string{"1879-1379"}, JournalCountry: "US",
			},
		},
		"Rayyan": {
			"key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,doi,keywords,pubmed_id,pmc_id\n" +
				`rayyan-100000001,Synthetic,2018,5,7,J,,1,2,3-4,"Demo, Ana and Muster, Bo",https://demo.example/r,eng,P,,"Two` + "\n" + `lines, ""quoted"".","RAYYAN-INCLUSION: {""Demo""=>""Excluded""} | x",,"a,b",999,PMC77` + "\n",
			record.Candidate{
				SourceID: "test:rayyan-100000001", Titles: []record.Text{{Text: "Synthetic"}}, Abstracts: []record.Text{{Text: `Two lines, "quoted".`}},
				Authors:  []record.Author{{Name: "Demo, Ana", Family: "Demo", Given: "Ana"}, {Name: "Muster, Bo", Family: "Muster", Given: "Bo"}},
				Keywords: []record.Text{{Text: "a"}, {Text: "b"}}, Languages: []string{"en"}, Year: 2018, Date: "2018-05-07", Container: "J",
				Volume: "1", Issue: "2", Pages: "3-4", Publisher: "P", URL: "https://demo.example/r", IDs: record.Identifiers{PMID: "999", PMCID: "PMC77"},
			},
		},
		"Covidence": {
			"Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\n" +
				"Synthetic,\"Demo, A.; Muster, B.\",,2017,,J,,,,,10.5555/t4,,#12,Demo 2017,,\n",
			record.Candidate{
				SourceID: "test:10.5555/t4#" + record.StudyID("synthetic")[1:7], Titles: []record.Text{{Text: "Synthetic"}},
				Authors: []record.Author{{Name: "Demo, A.", Family: "Demo", Given: "A."}, {Name: "Muster, B.", Family: "Muster", Given: "B."}},
				Year:    2017, Date: "2017", Container: "J", IDs: record.Identifiers{DOI: "10.5555/t4"},
			},
		},
		"in Chinese": {
			"sep=;\n题名;作者;刊名;年;摘要;关键词\n合成记录;张三；李四;合成期刊;2016;合成的摘要。;一；二\n",
			record.Candidate{
				SourceID: "test:" + record.StudyID("合成记录\n2016\n张三"), Titles: []record.Text{{Text: "合成记录"}}, Abstracts: []record.Text{{Text: "合成的摘要。"}},
				Authors: []record.Author{{Name: "张三"}, {Name: "李四"}}, Keywords: []record.Text{{Text: "一"}, {Text: "二"}},
				Year: 2016, Date: "2016", Container: "合成期刊",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			records, bad := read(t, "", tt.text)
			if len(bad) > 0 || len(records) != 1 {
				t.Fatalf("%+v %+v", records, bad)
			}
			if diff := cmp.Diff(tt.want, records[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCSVFaults: quoting that went wrong costs few records, and none in silence.
func TestCSVFaults(t *testing.T) {
	const header = "Title,Abstract,Year\n"
	for name, tt := range map[string]struct {
		text   string
		titles []string
		bad    []string
	}{
		"line ends in cells":      {"A,\"one\ntwo\n\nthree\",2020\nB,,2021\n", []string{"A", "B"}, nil},
		"quote not closed":        {"A,\"one,2020\nB,,2021\nC,,2022\n", []string{"A", "B", "C"}, nil},
		"quote and comma":         {"A,\"one, two,2020\nB,,2021\nC,,2022\n", []string{"B", "C"}, []string{"line 2: a quotation mark is opened"}},
		"quote that eats a row":   {"A,\"one, two,2020\nB,\"two, three\",2021\nC,,2022\n", []string{"B", "C"}, []string{"line 2: a quotation mark is opened"}},
		"quote that never quotes": {"A,\"one\" and only,2020\nB,,2021\n", []string{"A", "B"}, nil},
		"quotes left as they are": {"A,he said \"one\",2020\n", []string{"A"}, nil},
		"a cell too many":         {"A,one, two,2020\nB,,2021\n", []string{"B"}, []string{"line 2: the row has 4 cells, the header 3"}},
		"empty cells at the end":  {"A,one,2020,,,\nB,two\n", []string{"A", "B"}, nil},
		"a stray line":            {"A,one,2020\nexported by a program\nB,,2021\n", []string{"A", "B"}, []string{"line 3: the row has 1 cells"}},
		"empty rows":              {"\nA,one,2020\n,,\n\"\",\"\",\"\"\n\nB,,2021\n\x1a", []string{"A", "B"}, nil},
		"no title":                {",an abstract,2020\nB,,2021\n", []string{"B"}, []string{"line 2: it has neither"}},
		"records in a cell":       {"A,\"x\nTY  - JOUR\nTI  - y\nER  - \n@article{z,\",2020\n", []string{"A"}, nil},
		"formulas":                {"=1+1,@x,2020\n", []string{"=1+1"}, nil},
		"a cell over 4 MB":        {"A,\"" + strings.Repeat(strings.Repeat("x", 999)+"\n", 5<<10) + "\",2020\nB,,2021\n", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			records, bad := read(t, CSV, header+tt.text)
			if tt.titles == nil {
				// What matters is that the row after it is there.
				if got := titles(records); got[len(got)-1] != "B" {
					t.Errorf("%.3q", got)
				}
				return
			}
			if diff := cmp.Diff(tt.titles, titles(records)); diff != "" {
				t.Error(diff)
			}
			if len(bad) != len(tt.bad) {
				t.Fatalf("%d bad: %+v", len(bad), bad)
			}
			for i, b := range bad {
				if !strings.Contains(b.Reason, tt.bad[i]) || len(b.Raw) == 0 {
					t.Errorf("%s: %q", b.Reason, b.Raw)
				}
			}
		})
	}
}

// TestCSVOfFaults: a file in which every row opens a quotation mark is read in time
// that grows with its length.
func TestCSVOfFaults(t *testing.T) {
	began := cputime.Used()
	text := "Title,Abstract,Year\n" + strings.Repeat("A,\"b, c,2020\n", 200_000)
	_, bad := read(t, CSV, text)
	if len(bad) != 200_000 {
		t.Errorf("%d rows are parked", len(bad))
	}
	if took := cputime.Used() - began; took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestLabels(t *testing.T) {
	im, err := Open(t.Context(), []string{write(t, "synthetic.csv", "Title,Label\na,yes\nb,Excluded\nc,\nd,maybe\ne,0\nf,perhaps\ng,1\n")}, Options{Database: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Label{}
	each := func(id string, l Label) error { got[id] = l; return nil }
	if err := im.EachLabel(t.Context(), each); err != nil {
		t.Fatal(err)
	}
	want := map[string]Label{}
	records, _ := readAll(t, im)
	for i, l := range []Label{Included, Excluded, "", "", Excluded, "", Included} {
		if l != "" {
			want[record.MakeID("import", records[i].SourceID)] = l
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"perhaps": 1}, im.UnknownWords()); diff != "" {
		t.Error(diff)
	}
	for notes, want := range map[string]Label{
		`RAYYAN-INCLUSION: {"A"=>"Included"}`: Included, `RAYYAN-INCLUSION: {"A"=>"Excluded", "B"=>"Excluded"} | x`: Excluded,
		`RAYYAN-INCLUSION: {"A"=>"Included", "B"=>"Excluded"}`: None, `RAYYAN-INCLUSION: {"A"=>"Maybe"}`: None, `Included`: None, ``: None,
	} {
		if got := rayyanLabel(notes); got != want {
			t.Errorf("%s is read as %s", notes, got)
		}
	}
}

func TestNames(t *testing.T) {
	for field, want := range map[string][]string{
		"Demo, Ana":                  {"Demo, Ana"},
		"Demo A., Muster B.-C.":      {"Demo A.", "Muster B.-C."},
		"Demo, A.; Muster, B.":       {"Demo, A.", "Muster, B."},
		"Demo, A.|Muster, B.":        {"Demo, A.", "Muster, B."},
		"Ana Demo and Bo Muster":     {"Ana Demo", "Bo Muster"},
		"Ana Demo, Bo Muster & C. D": {"Ana Demo, Bo Muster", "C. D"},
		"Ana Demo, Bo Muster, Cy Example": {
			"Ana Demo", "Bo Muster", "Cy Example",
		},
		"Иванова А.Б., Петров В.Г.": {"Иванова А.Б.", "Петров В.Г."},
		"张三；李四":                 {"张三", "李四"},
		"鈴木花子、田中太郎":             {"鈴木花子", "田中太郎"},
		"Demo, Ana, Muster, Bo": {"Demo, Ana, Muster, Bo"},
		" ; ,":                  nil,
	} {
		var got []string
		for _, a := range authors(field) {
			got = append(got, a.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", field, diff)
		}
	}
}
