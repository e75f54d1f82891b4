package experiments

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// director lets several actors take turns: an actor runs from one of its places
// to the next while all others stand still, and chance says who goes on.
type director struct {
	random  *rand.Rand
	events  chan event
	parked  map[int]event
	active  int          // actors that run
	left    int          // actors that have not ended
	outside map[int]bool // actors that wait for the store's lock, which the director does not see
	running map[int]bool // actors between planning and the end of their work
}

type event struct {
	who   int
	place string
	goOn  chan struct{} // nil when the actor waits for nobody's leave
}

// Places that the director has to know.
const (
	planned = "planned" // before work that needs the lock
	waiting = "waiting" // for the lock
	worked  = "worked"  // after that work
	ended   = "ended"   // for good
)

func newDirector(seed uint64) *director {
	return &director{
		random: rand.New(rand.NewPCG(seed, 7)), events: make(chan event),
		parked: map[int]event{}, outside: map[int]bool{}, running: map[int]bool{},
	}
}

// run starts the actors and returns when all have ended.
func (d *director) run(actors ...func(at func(place string))) {
	d.active, d.left = len(actors), len(actors)
	for who, actor := range actors {
		go func() {
			at := func(place string) { d.at(who, place) }
			at("start")
			actor(at)
			at(ended)
		}()
	}
	for d.left > 0 {
		if d.active > 0 || len(d.parked) == 0 || d.lockIsFree() {
			d.note(<-d.events)
			continue
		}
		names := slices.Sorted(maps.Keys(d.parked))
		d.release(names[d.random.IntN(len(names))])
	}
}

// at is called by an actor at a place and returns when it may go on.
func (d *director) at(who int, place string) {
	e := event{who: who, place: place}
	if place != waiting && place != ended {
		e.goOn = make(chan struct{})
	}
	d.events <- e
	if e.goOn != nil {
		<-e.goOn
	}
}

// lockIsFree tells that whoever waits for the lock will have it in a moment.
func (d *director) lockIsFree() bool {
	for who := range d.running {
		if !d.outside[who] {
			return false
		}
	}
	return len(d.outside) > 0
}

func (d *director) note(e event) {
	if !d.outside[e.who] {
		d.active--
	}
	delete(d.outside, e.who)
	switch e.place {
	case waiting:
		d.outside[e.who] = true
	case ended:
		d.left--
	case worked:
		delete(d.running, e.who)
	}
	if e.goOn != nil {
		d.parked[e.who] = e
	}
}

func (d *director) release(who int) {
	e := d.parked[who]
	delete(d.parked, who)
	if e.place == planned {
		d.running[who] = true
	}
	d.active++
	close(e.goOn)
}
