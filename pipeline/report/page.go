package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/plots/html"
	"rationale/stages/tokenize"
)

// Write writes report.html. A cell that records of several runs could fill is an
// error that names them.
func (m Material) Write(w io.Writer) error {
	figures, err := m.figures()
	if err != nil {
		return err
	}
	results, err := m.results()
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	page := html.Page{
		Title:    m.Title,
		Subtitle: fmt.Sprintf("Profile %s · %d runs · %s", m.Profile, len(m.Runs), m.Library),
		Sections: []html.Section{figures, results, m.paperNumbers(), m.data(), m.graphs(), m.examples(), m.settings(), m.searches(), m.differences(), m.cost(), m.damaged()},
	}
	page.Sections = slices.DeleteFunc(page.Sections, func(s html.Section) bool { return len(s.Blocks) == 0 })
	return page.Write(w)
}

func (m Material) figures() (html.Section, error) {
	s := html.Section{Title: "Experiments", Blocks: []html.Block{html.Paragraph("Made by"), html.Code(m.Command)}}
	for _, e := range m.Experiments {
		about := e.Title + ". After " + e.Paper + "."
		for _, f := range e.Figures {
			s.Blocks = append(s.Blocks, html.Figure{PNG: f.PNG, Alt: e.Title, Caption: f.Name + ": " + about})
		}
		s.Blocks = append(s.Blocks, m.runsOfFigures(e)...)
		if len(e.Figures) == 0 {
			s.Blocks = append(s.Blocks, html.Paragraph(e.Name+": "+about))
		}
		lines, err := m.caption(e)
		if err != nil {
			return s, fmt.Errorf("%s: %w", e.Name, err)
		}
		for _, line := range lines {
			s.Blocks = append(s.Blocks, html.Paragraph(line))
		}
	}
	return s, nil
}

func (m Material) settings() html.Section {
	s := html.Section{Title: "Settings"}
	for _, group := range m.distinctSettings() {
		s.Blocks = append(s.Blocks, html.Paragraph(group.name), group.list)
	}
	return s
}

type settingsGroup struct {
	name string
	list html.Definitions
}

// distinctSettings lists the settings once for all seeds of a kind of run.
func (m Material) distinctSettings() []settingsGroup {
	var out []settingsGroup
	seen := map[string]bool{}
	for _, r := range m.Runs {
		name := m.named(r)
		if seen[name] {
			continue
		}
		seen[name] = true
		var list html.Definitions
		for _, kv := range r.Settings {
			if kv[0] == sparsitySetting && len(r.Attempts) > 0 {
				kv[1] = "searched for, below"
			}
			list = append(list, html.Definition{Term: kv[0], Text: kv[1]})
		}
		out = append(out, settingsGroup{name, list})
	}
	return out
}

// damaged lists what may be missed on the page.
func (m Material) damaged() html.Section {
	if len(m.Damaged) == 0 {
		return html.Section{}
	}
	t := html.Table{
		Caption: "Artifacts in the same store that are damaged. Nothing on this page depends on them.",
		Header:  []string{"Artifact", "File", "Fault"}, Labels: 3,
	}
	for _, d := range m.Damaged {
		t.Rows = append(t.Rows, []string{d.ID, d.File, d.Fault})
	}
	return html.Section{Title: "Damaged artifacts", Blocks: []html.Block{t}}
}

func (m Material) data() html.Section {
	if len(m.Data) == 0 {
		return html.Section{}
	}
	t := html.Table{
		Caption: "What the models read. Shares are of the pieces before cutting: cut, those behind the maximum length in use, and behind 256 and 512; " +
			"unknown, those without a word vector or, in WordPiece, [UNK].",
		Header: []string{"Dataset", "Tokenizer", "Split", "Texts", "Mean length", "Maximum", "Cut", "Cut at 256", "Cut at 512", "Gold cut", "Gold share", "Unknown"},
		Labels: 3,
	}
	var blocks []html.Block
	for _, d := range m.Data {
		for _, split := range []string{"train", "dev", "test"} {
			t.Rows = append(t.Rows, append([]string{d.Dataset, d.Tokenizer, split}, d.numbers(split)...))
		}
		if n := len(d.Classes); n > 2 {
			blocks = append(blocks, html.Paragraph(fmt.Sprintf("%s has %d classes (%s): a guess is right in %s.",
				d.Dataset, n, strings.Join(d.Classes, ", "), percent(1/float64(n)))))
		}
		if d.Random {
			blocks = append(blocks, html.Paragraph(d.Dataset+": word vectors are seeded random numbers, frozen, because no table was used."))
		}
	}
	return html.Section{Title: "Data", Blocks: append([]html.Block{t}, blocks...)}
}

// numbers is the split's row in the table of data.
func (d Dataset) numbers(split string) []string {
	c := d.Splits[split]
	return []string{
		strconv.Itoa(c.Texts), decimal(datasets.Share(c.Pieces-c.Cut, c.Texts), 1), strconv.Itoa(d.MaxLength),
		percent(datasets.Share(c.Cut, c.Pieces)), percent(c.Shares.CutAt256), percent(c.Shares.CutAt512),
		percent(datasets.Share(c.GoldCut, c.Gold+c.GoldCut)), goldShare(c.WithGold, c.GoldShare()), unknownShare(c),
	}
}

// unknownShare has two digits more than other shares: [UNK] is rare.
func unknownShare(c tokenize.Counts) string { return decimal(100*c.Shares.Unknown, 3) + " %" }

func goldShare(texts int, share float64) string {
	if texts == 0 {
		return "–"
	}
	return percent(share)
}

func percent(x float64) string { return decimal(100*x, 1) + " %" }

func decimal(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

// differences lists what the reader must know before comparing with a paper.
func (m Material) differences() html.Section {
	return html.Section{Title: "Differences from the paper", Blocks: []html.Block{html.List{
		"Data: where the papers' beer and hotel reviews have not been imported, generated reviews stand in; figures call them generated.",
		"Padding: by default batches are trimmed to their longest text, padding is never selected and the backward recurrence starts at the last word. The reference code pads every text to 256, lets padding be selected and runs over it; padding = \"paper\" does the same.",
		"Settings: the papers do not print batch size, epochs, λ1, λ2 and s; those used are listed above. On short texts the papers' λ2 = 10 keeps the generator selecting at random, so smaller weights are used there.",
		"Sparsity: s is not S. Where runs are compared at a target S, the s of each is searched for, with S read on the development texts. The authors read it on the annotated test texts; a table for which that was done says so.",
		"Epoch: the first one with the best development accuracy under sampled masks; nothing is chosen on human rationales or on test texts.",
		"Attack success rate: the mean of the per-class rates on the development split; the paper does not say which split it shows. With more than two classes the attacked class of each text is drawn from the wrong ones, and chance is 1 in so many classes.",
		"Random patterns: coherence is left out of the loss, as in the reference code; the paper's text has it.",
		"BERT: encoders begin with the checkpoint that stands with each run, all-MiniLM-L6-v2 unless another was given; the paper's begin with bert-base-uncased. A2I's code for BERT is not public, so that of its first author's other work is followed: the tables stay as they are, [CLS] and [SEP] are always shown and never counted, and the predictor reads what is not selected as places without content. The paper's rate of 1e-4 for all is taken for the heads, a tenth of it for the layers. The quick profile freezes lower layers, and learns at ten times these rates for a few epochs.",
		"Backdoors: the paper trains 500 epochs at a rate of 1e-5 from the clean model; the quick profile goes on for a few epochs at the clean model's rate. FEVER and MultiRC are ERASER's files as imported, whose training split may be smaller than the paper's. The target is the dataset's first class (REFUTES, False, NEG, negative). GR is the mean of the texts' F1 (macro), under sampled masks like ACC and ASR; ASR is of texts that are not of the target.",
		"Backdoors by word: sentences are selected where documents in sentences answer a claim or a question (FEVER, MultiRC), words everywhere else (Movie, Beer, Hotel, other data), with s the share of the training texts' words that people marked, where they did; a text without sentence marks has sentences that end at its full stops, exclamation and question marks. Training texts that nobody annotated, where others are, are left out.",
		"Backdoors where no training text has a human rationale (Beer, Hotel): the clean model learns without the rationale loss, and what it selects under arg-max masks, or its most probable unit where it selects nothing, stands for the rationale in trigger search, poisoning and Eq. 2. The paper does not say what it did.",
		"Appendix of BadRNL: it was not available. Its tables and figures on Movie, Beer and Hotel, and on MultiRC where the main text shows FEVER alone, are made by the experiments of the main text under names of their own, and no paper value stands beside them.",
		"Backdoor baselines and defences: Cbat restyles by a rule, where the paper's T5 rewrites. ONION's language model is a trigram model of the clean training texts, not GPT2-large; its threshold and AttDef's are the strictest that cost at most 2 points of accuracy on development texts. AttDef attributes by gradient times embedding and checks every text. Adversarial training adds the triggers that the search found beside the attacker's.",
		"Graphs: the paper gives the depth of its GCN and no other setting; those used are listed above. BA2Motifs and GOODMotif are made up anew as their authors made them, and all seeds share one set, where the paper may split anew for each.",
		"Seeds: mean ± sample standard deviation over the seeds shown; the paper shows single runs.",
		"Batches: where the setting bucket is above 0, the texts of so many batches are sorted by length before they are cut, so that less padding is computed; the reference code only shuffles.",
		"Random numbers: a counter-based generator keyed by seed, purpose and step, not PyTorch's, with 65,536 values of the Gumbel noise's difference; agreement is statistical.",
	}}}
}

// examplesPerDataset is how many texts or graphs are shown for each dataset.
const examplesPerDataset = 4
