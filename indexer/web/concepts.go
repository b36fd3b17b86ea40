package web

import "strings"

// conceptNames are the plain words for concepts of the default protocol's lexicon whose
// IDs do not read as such.
var conceptNames = map[string]string{
	"case_study_records":       "case study or case records",
	"criminalisation_law":      "criminalisation and law",
	"csec":                     "commercial sexual exploitation of children",
	"dance_bar_strip_club":     "dance bar or strip club",
	"desistance_recovery":      "desistance and recovery",
	"exit_sex_trade":           "leaving the sex trade",
	"exit_theories":            "theories of exit",
	"follow_up":                "follow-up",
	"grooming_recruitment":     "grooming and recruitment",
	"hiv_sti":                  "HIV and sexually transmitted infections",
	"internal_trafficking":     "trafficking within a country",
	"lgbt":                     "LGBT people",
	"lodge_hotel":              "lodge or hotel",
	"men_boys":                 "men and boys",
	"minors_children":          "minors and children",
	"neg_arms_trafficking":     "arms trafficking",
	"neg_cell_trafficking":     "trafficking within cells",
	"neg_drug_trafficking":     "drug trafficking",
	"neg_history_slavery":      "slavery in history",
	"neg_labour_trafficking":   "labour trafficking",
	"neg_migrant_smuggling":    "migrant smuggling",
	"neg_network_traffic":      "network traffic",
	"neg_organ_trafficking":    "organ trafficking",
	"neg_other_meaning":        "the words in another meaning",
	"neg_road_traffic":         "road traffic",
	"neg_wildlife_trafficking": "wildlife trafficking",
	"online_webcam":            "online or webcam",
	"palermo_protocol":         "Palermo Protocol",
	"poverty_employment":       "poverty and employment",
	"rct_experiment":           "randomised trial or experiment",
	"red_light_district":       "red-light district",
	"reentry_relapse":          "return to the sex trade",
	"regression_quantitative":  "regression, quantitative",
	"repatriation_return":      "repatriation and return",
	"resilience_coping":        "resilience and coping",
	"review_design":            "review",
	"sex_buyer":                "buyers of sex",
	"shame_guilt":              "shame and guilt",
	"spirituality_religion":    "spirituality and religion",
	"trafficking_persons":      "trafficking in persons",
	"trafficking_women":        "trafficking in women",
	"trauma_ptsd":              "trauma and PTSD",
	"violence_women":           "violence against women",
	"women_girls":              "women and girls",
}

// concept is the reader's name of a lexicon concept or strategy block.
func (s *site) concept(id string) string {
	if name := s.opts.Concepts[id]; name != "" {
		return name
	}
	if name := conceptNames[id]; name != "" {
		return name
	}
	return plain(strings.ReplaceAll(id, "_", " "))
}
