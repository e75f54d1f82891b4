package html

// Links is a list, folded until somebody opens it, of things with links to other
// places on the page.
type Links struct {
	Summary string // what is seen of the folded list
	Items   []LinkItem
}

// LinkItem is one thing and where it leads.
type LinkItem struct {
	Text  string
	Links []Link
}

// Link leads to a row of a [Table] of the same page.
type Link struct {
	Text   string
	Anchor string // as in Table.Anchors
}

func (Links) template() string     { return "links" }
func (l Links) view() (any, error) { return l, nil }
