package datasets

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// spoolName is the file that holds all rows between reading and dealing.
const spoolName = "spool.arrow"

// writePlan says which spooled row goes where, in which order, as what class.
type writePlan struct {
	meta   Meta
	rows   map[string][]int // split → spooled rows in their final order
	class  []int            // number of appearance → number in Meta.Classes
	spool  int              // rows in the spool
	oneQry bool             // drop the query that all rows have in common
}

// plan deals the rows that a feed has taken in.
func (j *job) plan(feed *Feed) (*writePlan, error) {
	classes, class := orderClasses(feed.classes.names, j.classOrders())
	p := &writePlan{class: class, spool: len(feed.rows), oneQry: feed.constantQuery() != ""}
	p.meta = Meta{
		Name: j.opts.Name, Format: j.format.Name, Classes: classes, Lower: j.lower(), Aspect: feed.aspect,
		Licence: j.format.Licence, Split: j.describe(), Seed: j.opts.Seed, Balance: "off", Options: j.opts.Options, Given: j.given(), SkipBad: j.opts.SkipBad,
		ConstantQuery: feed.constantQuery(), Sources: feed.sources, Splits: map[string]SplitMeta{},
	}
	if err := dealShares(feed.rows, j.rule, j.opts.Seed); err != nil {
		return nil, err
	}
	p.rows = rowsBySplit(feed.rows)
	if err := p.balance(feed.rows, j.balance); err != nil {
		return nil, err
	}
	for _, split := range SplitNames {
		p.meta.Splits[split] = SplitMeta{PerClass: make([]int, len(classes)), Skipped: feed.skipped[split]}
	}
	p.meta.SharedTexts = sharedTexts(feed.rows, p.rows)
	return p, nil
}

// given names the sources without the folders they lie in.
func (j *job) given() []string {
	var names []string
	for _, s := range j.opts.Sources {
		names = append(names, filepath.Base(s))
	}
	return names
}

// classOrders lists the orders of classes that the format or the user knows.
func (j *job) classOrders() [][]string {
	if given := splitList(j.values["classes"]); given != nil {
		return [][]string{given}
	}
	return j.format.Classes
}

// lower is the format's rule or, where there is such an option, the user's.
func (j *job) lower() bool {
	if text, ok := j.values["lower"]; ok {
		return text == "true"
	}
	return j.format.Lower
}

// dealShares moves random shares of the training rows, or of their documents, to
// dev and test. A share of documents ends with the first one that fills it.
func dealShares(rows []spooled, rule *splitRule, seed uint64) error {
	var units [][]int // rows that stay together
	total := 0
	place := map[int32]int{}
	for i, row := range rows {
		if row.split != "train" {
			continue
		}
		total++
		unit, seen := place[row.document]
		if !rule.byDocument || !seen {
			unit = len(units)
			place[row.document] = unit
			units = append(units, nil)
		}
		units[unit] = append(units[unit], i)
	}
	order := shuffled(len(units), seed, "split")
	for _, s := range rule.shares() {
		want := int(math.Round(s.part * float64(total)))
		for len(order) > 0 && want > 0 {
			for _, i := range units[order[0]] {
				rows[i].split = s.split
				want--
			}
			order = order[1:]
		}
	}
	if len(order) == 0 && len(rule.shares()) > 0 {
		return fmt.Errorf("%d rows in %d documents are too few for the shares asked for: nothing is left to train on", total, len(units))
	}
	return nil
}

func rowsBySplit(rows []spooled) map[string][]int {
	lists := map[string][]int{}
	for i, row := range rows {
		lists[row.split] = append(lists[row.split], i)
	}
	return lists
}

// balance makes the training classes equally large where that is asked for.
func (p *writePlan) balance(rows []spooled, how string) error {
	seed, on, err := parseBalance(how)
	if err != nil || !on {
		return err
	}
	if len(p.meta.Classes) != 2 {
		return fmt.Errorf("balancing needs two classes; found %d: %v (turn it off with --balance off)", len(p.meta.Classes), p.meta.Classes)
	}
	var lists [2][]int
	for _, i := range p.rows["train"] {
		class := p.class[rows[i].class]
		lists[class] = append(lists[class], i)
	}
	p.rows["train"] = balanced(lists[0], lists[1], seed)
	p.meta.Balance = how
	return nil
}

// sharedTexts counts rows whose text and query also occur in an earlier split.
func sharedTexts(rows []spooled, splits map[string][]int) map[string]int {
	counts := map[string]int{}
	for first, a := range SplitNames {
		seen := map[uint64]bool{}
		for _, i := range splits[a] {
			seen[rows[i].content] = true
		}
		for _, b := range SplitNames[first+1:] {
			for _, i := range splits[b] {
				if seen[rows[i].content] {
					counts[a+"/"+b]++
				}
			}
		}
	}
	return counts
}

// write reads the rows from the spool in dir and writes the dataset beside it.
func (p *writePlan) write(ctx context.Context, dir string) (*Meta, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	spool, err := openSpool(root, dir, p.spool)
	if err != nil {
		return nil, err
	}
	defer spool.Close()
	files := map[string]fileInfo{}
	for _, split := range SplitNames {
		name := split + ".arrow"
		if err := p.writeSplit(ctx, spool, filepath.Join(dir, name), split); err != nil {
			return nil, err
		}
		if files[name], err = identify(root, name); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(filepath.Join(dir, spoolName)); err != nil {
		return nil, err
	}
	return &p.meta, writeManifest(dir, &manifest{Schema: textSchemaName, Meta: p.meta, Files: files})
}

// openSpool reads what this process has just written, hence without a digest.
func openSpool(root *os.Root, dir string, rows int) (*Split, error) {
	file, err := mapFile(root, spoolName, filepath.Join(dir, spoolName))
	if err != nil {
		return nil, err
	}
	split := newSplit("spool", file, maxClasses)
	return split, split.parse(rows)
}

func (p *writePlan) writeSplit(ctx context.Context, spool *Split, path, split string) error {
	counts := p.meta.Splits[split]
	w, err := newTextWriter(path, p.meta.provenance(split, len(p.rows[split])))
	if err != nil {
		return err
	}
	w.durable = true
	for _, i := range p.rows[split] {
		text, err := p.final(ctx, spool, i)
		if err == nil {
			counts.add(&text)
			err = w.add(&text)
		}
		if err != nil {
			w.abort()
			return err
		}
	}
	p.meta.Splits[split] = counts
	return w.close()
}

// final is spooled row i as it is stored.
func (p *writePlan) final(ctx context.Context, spool *Split, i int) (Text, error) {
	if err := ctx.Err(); err != nil {
		return Text{}, err
	}
	text, err := spool.Text(i)
	if err != nil {
		return Text{}, err
	}
	text.Label = p.class[text.Label]
	if p.oneQry {
		text.Query = nil
	}
	return text, nil
}

// identify takes the digest of a finished file from the file itself.
func identify(root *os.Root, name string) (fileInfo, error) {
	file, err := mapFile(root, name, name)
	if err != nil {
		return fileInfo{}, err
	}
	defer file.close()
	sum, err := file.digest()
	return fileInfo{SHA256: sum, Bytes: int64(len(file.data))}, err
}
