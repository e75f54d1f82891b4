package assess

import "slices"

// Metrics in records: shares as fractions of 1, and counts of texts, units and
// triggers.
const (
	Accuracy  = "acc"
	GR        = "gr" // the mean over texts
	GRMicro   = "gr_micro"
	GRSkipped = "gr_skipped" // texts without gold inside the window
	GRCut     = "gr_cut"     // gold units outside it
	// ASR is among triggered texts whose class is not the target, ASRAll among all.
	ASR         = "asr_trigger"
	ASRAll      = "asr_trigger_all"
	TriggersCut = "triggers_cut" // triggers outside the window; their texts count
)

// Names lists the metrics.
func Names() []string {
	return []string{Accuracy, GR, GRMicro, GRSkipped, GRCut, ASR, ASRAll, TriggersCut}
}

// Counted tells that a metric is a number of things, and no share.
func Counted(metric string) bool {
	return slices.Contains([]string{GRSkipped, GRCut, TriggersCut}, metric)
}
