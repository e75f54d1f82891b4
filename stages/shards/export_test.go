package shards

// Around lets a benchmark clock what each shard does between two agreements.
func (s *Stepper) Around(around func(k int, work func() error) error) { s.around = around }
