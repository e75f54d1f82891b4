package formats

import (
	"fmt"

	"rationale/datasets/words"
)

func init() {
	register(Format{
		Name: "tweets",
		Doc: "Tweet Sentiment Extraction: CSV with text, selected_text and sentiment; neutral rows are left out unless asked for, " +
			"text is lower-cased, and a token that selected_text touches is part of the rationale.",
		Example: "rationale data import tweets tweet_sentiment_extraction/ --name tweets",
		Options: []Option{{"neutral", "false", "keep neutral rows, as a third class: true or false"}},
		Licence: "CC BY 4.0 (Kaggle, Tweet Sentiment Extraction)",
		Lower:   true,
		Words:   words.ASCII,
		Classes: [][]string{tweetClasses(false), tweetClasses(true)},
		Folder:  func(map[string]string) []string { return []string{"train.csv", "valid.csv", "test.csv"} },
		Read:    readTweets,
	})
}

// tweetClasses are the classes in the order of their numbers.
func tweetClasses(neutral bool) []string {
	if neutral {
		return []string{"negative", "neutral", "positive"}
	}
	return []string{"negative", "positive"}
}

func readTweets(in *Intake) error {
	c, err := tweetColumns(in)
	if err != nil {
		return err
	}
	for _, file := range in.Files() {
		if err := readCSV(in, file, c, ','); err != nil {
			return err
		}
	}
	return nil
}

func tweetColumns(in *Intake) (*columns, error) {
	c := &columns{
		id: "textID", text: "text", label: "sentiment", substring: "selected_text", split: in.rule.column, rule: words.ASCII,
	}
	switch neutral := in.Option("neutral"); neutral {
	case "true":
		c.classes = tweetClasses(true)
	case "false":
		c.classes, c.drop = tweetClasses(false), []string{"neutral"}
	default:
		return nil, fmt.Errorf("neutral=%s: expected true or false", neutral)
	}
	return c, c.check()
}
