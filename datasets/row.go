package datasets

import (
	"github.com/apache/arrow/go/v15/arrow/array"
)

// Row is one example of a dataset, a *Text or a *Graph. All rows of a dataset are of
// one kind.
type Row interface {
	// Check reports the first thing that makes the row unfit for storage, as a
	// *fault.Row. It does not know the dataset.
	Check() error

	// fits refuses what a dataset so described cannot hold, or would lose.
	fits(m *Meta) error
	// identity is what the row is called.
	identity() string
	// content tells rows apart by what a model reads of them.
	content() uint64
	// count adds the row to the counts of its split.
	count(s *SplitMeta)
	// build appends the row to the columns of its kind.
	build(columns *array.RecordBuilder)
}

// feed gives the rows of one split by number.
type feed struct {
	len int
	row func(i int) (Row, error)
}

// Rows are the texts of one split, by number. Those of a split that is open are
// Rows{s.Len(), s.Text}.
type Rows struct {
	Len  int
	Text func(i int) (Text, error)
}

func (r Rows) feed() feed {
	return feed{r.Len, func(i int) (Row, error) {
		text, err := r.Text(i)
		return &text, err
	}}
}

// GraphRows are the graphs of one split, by number.
type GraphRows struct {
	Len   int
	Graph func(i int) (Graph, error)
}

func (r GraphRows) feed() feed {
	return feed{r.Len, func(i int) (Row, error) {
		graph, err := r.Graph(i)
		return &graph, err
	}}
}

// feeds are rows of either kind, by split.
func feeds[R interface{ feed() feed }](rows map[string]R) map[string]feed {
	all := map[string]feed{}
	for split, r := range rows {
		all[split] = r.feed()
	}
	return all
}
