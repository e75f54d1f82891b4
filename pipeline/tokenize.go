package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rationale/tokenizer/wordpiece"
)

// tokenizeCmd is `rationale tokenize`.
type tokenizeCmd struct {
	Vocab string `placeholder:"PATH" env:"RATIONALE_VOCAB" help:"A folder in Hugging Face's layout, a tokenizer.json, or an uncased vocab.txt."`
	JSON  bool   `name:"json" help:"One line of JSON for each text."`
}

// Help is shown by --help.
func (*tokenizeCmd) Help() string {
	return `Reads one text a line from stdin. For each piece: its place in the text (bytes, end exclusive), its id, and the piece. Special pieces such as [CLS] are not added, and never read out of a text.

Examples:

    echo "Unaffordable, isn't it?" | rationale tokenize --vocab bert-base-uncased/
    rationale tokenize --vocab vocab.txt --json < texts.txt`
}

// pieces is one text as printed with --json.
type pieces struct {
	Text    string   `json:"text"`
	Pieces  []string `json:"pieces"`
	IDs     []int32  `json:"ids"`
	Offsets [][2]int `json:"offsets"` // bytes
}

// Run cuts each line of stdin.
func (c *tokenizeCmd) Run(ctx context.Context, a *app) error {
	if c.Vocab == "" {
		return usagef("tokenize: --vocab is missing; BERT models come with such a folder, or with a vocab.txt")
	}
	t, err := wordpiece.Load(c.Vocab)
	if err != nil {
		return err
	}
	for in := bufio.NewReader(a.in); ctx.Err() == nil; {
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("stdin: %w", err)
		}
		if line != "" {
			if err := c.print(a, t, strings.TrimRight(line, "\r\n")); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
	return ctx.Err()
}

func (c *tokenizeCmd) print(a *app, t *wordpiece.Tokenizer, text string) error {
	cut := t.EncodeText(text)
	if c.JSON {
		p := pieces{Text: text, Pieces: append([]string{}, cut.Tokens...), IDs: append([]int32{}, cut.IDs...), Offsets: [][2]int{}}
		for i := range cut.Tokens {
			p.Offsets = append(p.Offsets, [2]int{cut.Start[i], cut.End[i]})
		}
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(p)
	}
	var rows [][]string
	for i, piece := range cut.Tokens {
		rows = append(rows, []string{fmt.Sprintf("%d-%d", cut.Start[i], cut.End[i]), strconv.Itoa(int(cut.IDs[i])), piece})
	}
	if err := a.printTable(rows); err != nil {
		return err
	}
	a.printf("\n")
	return nil
}
