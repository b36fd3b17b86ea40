package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Generate makes n synthetic records for load: sentences put together from
// templates in six languages, the same for the same seed. OpenAlex and one of
// the OAI-PMH sets hold each of them under one DOI, so that a harvest of both
// sources comes to 2n records and n studies.
func Generate(n int, seed int64) *Corpus {
	rng := rand.New(rand.NewPCG(uint64(seed), uint64(n)))
	c := &Corpus{
		Records: make([]*Record, n), uniform: true,
		copies: map[string][]*Copy{OpenAlex: make([]*Copy, n), OAI: make([]*Copy, n)},
	}
	for i := range n {
		r := generated(rng, i+1)
		c.Records[i] = r
		for j, in := range r.In {
			cp, err := r.copyFor(in)
			if err != nil {
				panic(err) // the places are written below
			}
			c.copies[[]string{OpenAlex, OAI}[j]][i] = cp
		}
	}
	return c
}

// poison makes k of the records bad at OpenAlex, spread evenly.
func (c *Corpus) poison(k int) {
	for i := range k {
		c.Records[i*len(c.Records)/k].Poison = true
	}
}

// template holds a language's sentences. In them {n} stands for a number of
// participants, {s} for a setting and {p} for a place of the same language.
type template struct {
	lang, container string
	titles          []string
	sentences       []string
	settings        []string
	places          []string
}

func generated(rng *rand.Rand, n int) *Record {
	t := &templates[rng.IntN(len(templates))]
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	fill := strings.NewReplacer("{n}", fmt.Sprint(8+rng.IntN(300)), "{s}", pick(t.settings), "{p}", pick(t.places))
	// The sentences stay in their order, a few left out.
	var kept []string
	for i, s := range t.sentences {
		if i == 0 || rng.IntN(5) > 0 {
			kept = append(kept, s)
		}
	}
	joint := " "
	if t.lang == "ja" {
		joint = ""
	}
	return &Record{
		N: n, Lang: t.lang, Theme: Topic, Year: 1995 + rng.IntN(31), Container: t.container,
		In:       []string{OpenAlex, OAI + "/" + pick(Sets)},
		Title:    fmt.Sprintf("%s (%d)", fill.Replace(pick(t.titles)), n),
		Abstract: fill.Replace(strings.Join(kept, joint)),
		Keywords: []string{pick(t.settings), pick(t.places)},
	}
}

var templates = []template{
	{
		lang: "en", container: "Synthetic Journal of Demonstration Studies",
		titles: []string{
			"Leaving {s} in {p}: a synthetic interview study",
			"Barriers to exit from sex trafficking among survivors from {p}",
			"After {s}: shelter, work and family in {p}",
		},
		sentences: []string{
			"This synthetic study looks at how women leave {s} in {p}.",
			"We held semi-structured interviews with {n} survivors of sex trafficking.",
			"Debt, threats by traffickers and fear of the police held participants back.",
			"A trusted friend, a place in a shelter and paid work made leaving possible.",
			"Most participants left and returned more than once before the exit lasted.",
			"Services should stay reachable for years, not weeks.",
		},
		settings: []string{"brothels", "street prostitution", "dance bars", "massage parlours", "online escort work"},
		places:   []string{"a port city", "a border district", "the capital", "two northern provinces"},
	},
	{
		lang: "es", container: "Revista Sintética de Estudios de Demostración",
		titles: []string{
			"Salir de {s} en {p}: un estudio sintético",
			"Sobrevivientes de trata con fines de explotación sexual en {p}",
		},
		sentences: []string{
			"Este estudio sintético analiza cómo las mujeres dejan {s} en {p}.",
			"Se entrevistó a {n} sobrevivientes de trata con fines de explotación sexual.",
			"Las deudas y las amenazas de los tratantes dificultaron la salida.",
			"El apoyo de otra mujer, un albergue y un empleo la facilitaron.",
			"Casi todas regresaron alguna vez antes de marcharse para siempre.",
		},
		settings: []string{"los burdeles", "la prostitución callejera", "los bares", "los anuncios en línea"},
		places:   []string{"una ciudad portuaria", "una zona fronteriza", "la capital", "dos provincias del norte"},
	},
	{
		lang: "ru", container: "Синтетический журнал демонстрационных исследований",
		titles: []string{
			"Выход из проституции: синтетическое исследование ({s}, {p})",
			"Женщины, пострадавшие от торговли людьми: {p}",
		},
		sentences: []string{
			"В этом синтетическом исследовании рассматривается, как женщины уходят из проституции; место сбора данных: {p}.",
			"Проведено {n} интервью с женщинами, пострадавшими от торговли людьми в целях сексуальной эксплуатации.",
			"Уходу мешали долги, угрозы и страх перед полицией.",
			"Помогали приют, близкая подруга и оплачиваемая работа.",
			"Большинство участниц уходили и возвращались несколько раз.",
		},
		settings: []string{"улица", "бордели", "сауны", "объявления в интернете"},
		places:   []string{"портовый город", "приграничный район", "столица", "две северные области"},
	},
	{
		lang: "ja", container: "合成デモンストレーション研究",
		titles: []string{
			"{p}における{s}からの離脱:合成研究",
			"人身取引の被害を受けた女性の回復と支援:{p}の合成事例",
		},
		sentences: []string{
			"本合成研究は、{p}の女性が{s}から離脱する過程を検討する。",
			"人身取引の被害を経験した女性{n}名に半構造化面接を行った。",
			"借金、脅迫、警察への不信が離脱を妨げていた。",
			"信頼できる友人、シェルター、安定した仕事が離脱を支えていた。",
			"多くの参加者は離脱と復帰を繰り返していた。",
		},
		settings: []string{"性風俗", "路上売春", "デートクラブ", "インターネット売春"},
		places:   []string{"港町", "国境地域", "首都圏", "北部の二県"},
	},
	{
		lang: "ar", container: "المجلة الاصطناعية للدراسات التوضيحية",
		titles: []string{
			"الخروج من الدعارة في {p}: دراسة اصطناعية عن {s}",
			"الناجيات من الاتجار بالبشر في {p}: دراسة اصطناعية",
		},
		sentences: []string{
			"تبحث هذه الدراسة الاصطناعية في خروج النساء من الدعارة في {p}.",
			"أجريت مقابلات مع {n} من الناجيات من الاتجار بالبشر بغرض الاستغلال الجنسي.",
			"كانت الديون والتهديدات والخوف من الشرطة أهم العوائق.",
			"وساعد المأوى والصديقات والعمل المأجور على الخروج.",
			"وعادت معظم المشاركات أكثر من مرة قبل الخروج النهائي.",
		},
		settings: []string{"بيوت الدعارة", "الشارع", "الملاهي الليلية", "الإعلانات الإلكترونية"},
		places:   []string{"مدينة ساحلية", "منطقة حدودية", "العاصمة", "محافظتين شماليتين"},
	},
	{
		lang: "hi", container: "कृत्रिम प्रदर्शन अध्ययन पत्रिका",
		titles: []string{
			"{p} में देह व्यापार से बाहर निकलना: एक कृत्रिम अध्ययन",
			"{p} में मानव तस्करी की उत्तरजीवी महिलाएँ और {s}",
		},
		sentences: []string{
			"यह कृत्रिम अध्ययन देखता है कि {p} में महिलाएँ देह व्यापार से कैसे बाहर निकलती हैं।",
			"मानव तस्करी की {n} उत्तरजीवी महिलाओं से साक्षात्कार किए गए।",
			"कर्ज़, धमकियाँ और पुलिस का डर मुख्य बाधाएँ थीं।",
			"आश्रय गृह, सहेलियों का साथ और रोज़गार सहायक सिद्ध हुए।",
			"अधिकांश महिलाएँ स्थायी रूप से निकलने से पहले कई बार लौटीं।",
		},
		settings: []string{"कोठे", "डांस बार", "सड़क", "ऑनलाइन विज्ञापन"},
		places:   []string{"एक बंदरगाह शहर", "एक सीमावर्ती ज़िले", "राजधानी", "दो उत्तरी राज्यों"},
	},
}
