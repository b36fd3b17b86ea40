// Package evaluate measures the indexer against data that people labelled. Each
// measurement takes rows of a table and returns scores: counts and rates under JSON
// names that are a contract, and a table for people.
package evaluate
