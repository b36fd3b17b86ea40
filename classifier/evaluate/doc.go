// Package evaluate measures the classifier against records that people labelled:
// what it flags, how it ranks, in every language. Each measurement takes rows of a
// table and returns scores: counts and rates under JSON names that are a contract,
// and a table for people. It decides nothing that the classifier does not.
package evaluate
