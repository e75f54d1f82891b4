package formats

import "rationale/datasets/words"

func init() {
	register(Format{
		Name: "tweets",
		Doc: "Tweet Sentiment Extraction: CSV with text, selected_text and sentiment; neutral rows are left out, " +
			"text is lower-cased, and a token that selected_text touches is part of the rationale.",
		Example: "rationale data import tweets tweet_sentiment_extraction/ --name tweets",
		Licence: "CC BY 4.0 (Kaggle, Tweet Sentiment Extraction)",
		Lower:   true,
		Words:   words.ASCII,
		Classes: [][]string{{"negative", "positive"}},
		Folder:  func(map[string]string) []string { return []string{"train.csv", "valid.csv", "test.csv"} },
		Read:    readTweets,
	})
}

func readTweets(in *Intake) error {
	c := &columns{
		id: "textID", text: "text", label: "sentiment", substring: "selected_text", split: in.rule.column,
		classes: []string{"negative", "positive"}, drop: []string{"neutral"}, rule: words.ASCII,
	}
	if err := c.check(); err != nil {
		return err
	}
	for _, file := range in.Files() {
		if err := readCSV(in, file, c, ','); err != nil {
			return err
		}
	}
	return nil
}
