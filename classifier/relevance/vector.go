package relevance

// Vector is a record in a Space: its features in rising order, and what each
// weighs. Its words have length 1, and so have they together with its concepts.
type Vector struct {
	features []int32
	weights  []float32
}

// dot is the sum of the features' weights, each times its weight in w.
func (v Vector) dot(w []float64) float64 {
	var sum float64
	for i, f := range v.features {
		sum += float64(v.weights[i]) * w[f]
	}
	return sum
}

// addTo adds the vector to w, times scale.
func (v Vector) addTo(w []float64, scale float64) {
	for i, f := range v.features {
		w[f] += scale * float64(v.weights[i])
	}
}

// Cosine is that of the angle between two vectors of length 1.
func (v Vector) Cosine(o Vector) float64 {
	var sum float64
	for i, j := 0, 0; i < len(v.features) && j < len(o.features); {
		switch a, b := v.features[i], o.features[j]; {
		case a < b:
			i++
		case a > b:
			j++
		default:
			sum += float64(v.weights[i]) * float64(o.weights[j])
			i++
			j++
		}
	}
	return sum
}

// matrix holds vectors one behind the other.
type matrix struct {
	features []int32
	weights  []float32
	starts   []int // of each vector, and the end of the last
}

func (m *matrix) row(i int) Vector {
	from, to := m.starts[i], m.starts[i+1]
	return Vector{m.features[from:to:to], m.weights[from:to:to]}
}
