package generator

import "strings"

// lexicon holds the word lists of the generator. Lists are in the order of
// falling frequency: word i is drawn with weight 1/(i+2).
//
// Every praising or blaming word serves all aspects, so that alone it says
// nothing about any one of them. Positions correspond: a review and its twin with
// the other polarity differ in nothing but these words.
var praise = words(`great good nice excellent lovely wonderful solid fantastic pleasant
	amazing superb impressive perfect beautiful delightful outstanding terrific enjoyable
	gorgeous brilliant inviting satisfying remarkable splendid attractive appealing
	memorable marvelous exceptional delicious`)

var blame = words(`bad poor weak disappointing awful terrible boring bland unpleasant
	horrible mediocre dull ugly lousy dreadful nasty lackluster pathetic
	miserable unappealing forgettable subpar flawed harsh sad unimpressive
	mundane tired feeble disgusting`)

// aspectWords are what a review can be about: the three aspects, and last the
// things around the beer that nobody labels.
var aspectWords = [][]string{
	words(`appearance head look color pour lacing foam hue clarity retention collar glow tint crown`),
	words(`aroma smell nose scent bouquet fragrance whiff perfume odor aromatics vapor fumes esters hopping`),
	words(`palate mouthfeel body texture feel carbonation finish drinkability thickness fizz viscosity creaminess weight smoothness`),
	words(`label bottle price service artwork packaging crowd music`),
}

var aspectVerbs = [][]string{
	words(`looks appears seems`),
	words(`smells seems comes`),
	words(`feels seems drinks`),
	words(`seems appears is`),
}

// slots are the word lists that templates refer to by name.
var slots = map[string][]string{
	"degree": words(`very really quite pretty rather so truly fairly extremely somewhat especially simply`),
	"end":    words(`. . . . . ! ... .`),
	"join":   words(`, and while ; with plus -`),
	"style": words(`ipa stout lager ale porter pilsner saison wheat tripel dubbel bock hefeweizen barleywine
		kolsch bitter lambic gose dunkel doppelbock altbier gueuze schwarzbier witbier helles tripels
		quad rauchbier marzen oktoberfest radler blonde amber brown red esb cream rye maibock eisbock steam`),
	"place": words(`bar pub brewery store restaurant shop kitchen garage patio festival basement deli taproom
		supermarket airport hotel cabin garden balcony beach campsite stadium market diner cellar park
		office warehouse porch boat lounge bistro cafe trailer rooftop tavern inn cafeteria lodge farm`),
	"city": words(`portland chicago denver boston seattle munich brussels london austin philadelphia
		brooklyn vermont michigan maine oregon ohio toronto prague dublin berlin antwerp bruges
		california colorado delaware montana wisconsin georgia texas florida virginia tokyo montreal
		cleveland detroit milwaukee pittsburgh baltimore nashville asheville tampa phoenix tucson boise omaha
		minneapolis richmond columbus burlington`),
	"month": words(`january february march april june july august september october november december
		monday tuesday wednesday thursday friday saturday sunday christmas thanksgiving easter halloween`),
	"friend": words(`friend wife brother buddy husband sister dad neighbor roommate cousin uncle boss coworker
		girlfriend boyfriend trader bartender clerk waiter brewer guide teacher landlord nephew aunt
		grandfather mechanic drummer cashier barista`),
	"glass": words(`glass pint snifter tulip mug goblet chalice flute stein tumbler cup pilsener weizen
		nonic growler jar`),
	"note": words(`malt caramel hops citrus pine coffee chocolate toast grapefruit yeast banana clove honey
		orange vanilla grain bread biscuit lemon grass molasses toffee raisin plum cherry oak smoke
		bourbon spice pepper coriander apple pear apricot mango pineapple melon berry fig date nut
		almond hazelnut walnut roast cocoa licorice mint herb floral resin earth hay straw leather
		tobacco wood butter corn rice oats cracker dough sugar syrup lime peach tangerine papaya guava
		lychee grape currant prune cinnamon nutmeg ginger allspice basil thyme sage lavender rose
		hibiscus jasmine tea cola marzipan marshmallow coconut lactose sourdough barley`),
	"shade": words(`amber gold copper brown orange black ruby yellow mahogany straw tan chestnut bronze
		red honey crimson ebony auburn burgundy garnet khaki ivory rust cola walnut maroon beige sepia
		lemon peach`),
	"food": words(`pizza cheese burger steak chicken fish sushi tacos salad bread soup pasta curry
		sausage fries pretzels wings nachos ribs shrimp oysters lamb beans rice noodles eggs bacon
		turkey cake pie brownies cookies popcorn peanuts chili ham crab lobster mussels duck venison
		dumplings meatloaf lasagna stew risotto falafel hummus olives`),
	"time": words(`yesterday today tonight recently lately earlier once later again twice before already
		finally afterwards overnight eventually suddenly originally initially meanwhile nowadays
		sometimes often seldom`),
	"number": words(`two three four five six eight ten twelve twenty thirty forty fifty sixty ninety hundred
		12 16 22 750 2005 2006 2007 2008 2009 2010 2011`),
	"did": words(`bought drank opened tried poured found grabbed received ordered shared sampled picked
		traded split cellared chilled carried brought served saved stored reviewed reordered
		finished noticed kept aged unwrapped photographed uncorked`),
	"thing": words(`can bottle sixpack case keg cork cap tag box bag receipt table shelf fridge cooler tap
		menu ticket jacket phone notebook pen camera map coaster napkin opener candle radio chair
		window door truck train bus umbrella guitar book newspaper television blanket ladder bucket
		basket rope lamp clock wallet hat`),
	"sort": words(`local belgian german american imported seasonal limited small large old new english
		czech regular winter summer spring autumn organic imperial dry double barrel traditional modern
		wild sour session house rare vintage unfiltered canned bottled draft foreign domestic rural urban
		coastal`),
	"weather": words(`cold warm hot rainy windy cloudy snowy humid foggy sunny stormy freezing mild dark quiet
		late early long short busy`),
	"manner": words(`slowly quickly quietly carefully gently straight directly casually briefly nearly about
		almost roughly exactly mostly partly barely together alone outside inside upstairs downstairs
		nearby indoors`),
}

// A template is a phrase with slots in braces; {a} is an aspect word, {v} its
// verb, {s} a word of the phrase's polarity and {o} one of the opposite polarity.
// What stands in brackets is what a person would mark as the reason.
var opinionTemplates = templates(`
	[ the {a} is {degree} {s} ]
	[ the {a} is {s} ]
	[ {degree} {s} {a} ]
	[ {s} {a} ] for a {style}
	i found [ the {a} {degree} {s} ]
	[ the {a} is {s} and {s} ]
	[ the {a} {v} {s} ]
	to me [ the {a} {v} {degree} {s} ]
	[ a {s} , {s} {a} ]
	there is [ a {degree} {s} {a} ] here
	this one has [ a {s} {a} ]
	[ the {a} , {degree} {s} ]
	[ {s} ] is the word for [ the {a} ]
	[ the {a} {v} {s} ] from start to end
	[ such a {s} {a} ]
`)

var negatedTemplates = templates(`
	[ the {a} is not {o} ]
	[ nothing {o} about the {a} ]
	[ the {a} is hardly {o} ]
	[ the {a} is anything but {o} ]
	i would not call [ the {a} {o} ]
`)

// neutralTemplates mention an aspect and judge nothing.
var neutralTemplates = [][][]string{
	templates(`
		the {a} is {shade}
		{shade} {a} with a bit of {shade}
		pours {shade} with {number} fingers of foam
		the {a} goes from {shade} to {shade}
	`),
	templates(`
		the {a} has {note} and {note}
		{note} , {note} and some {note} in the {a}
		{a} of {note} with {note} behind it
		{note} comes first in the {a} , then {note}
	`),
	templates(`
		the {a} is between {note} and {note}
		medium {a} with {note} near the end
		{note} stays in the {a} for {number} seconds
		the {a} is on the {sort} side
	`),
	templates(`the {a} is {shade}`),
}

// fillerTemplates are about everything else.
var fillerTemplates = templates(`
	i {did} this {time} at a {place} in {city}
	{did} into a {glass}
	my {friend} {did} it in {month}
	from a {number} ounce {thing}
	this is a {sort} {style}
	it was a {weather} day in {city}
	we {did} it with {food} and {food}
	there was some {note} on the {thing}
	the {thing} says {month} {number}
	{manner} {did} over {number} minutes
	a {sort} {style} with {note} , {note} and {note}
	thanks to my {friend} for the {thing}
	{did} {manner} at the {place} with a {friend}
	served in a {glass} at {number} degrees
	the {friend} at the {place} {did} a {thing} {time}
	i {did} {number} of these {time}
	would go with {food} or {food}
	{time} i {did} the {sort} {style} from {city}
	the {place} had a {sort} {style} on the {thing}
	{number} of us {did} it {manner}
	it sat near the {thing} since {month}
	brewed in {city} for the {month} {place}
	we ate {food} {manner}
	i took notes on a {thing} at the {place}
	{note} and {note} on a {weather} {month} night
	( {did} {time} , {number} days old )
	alcohol is {number} percent by the {thing}
	i am {manner} in {city} for {number} days
`)

// openers may begin the part about an aspect.
var openers = [][]string{
	{"appearance", ":"}, {"aroma", ":"}, {"palate", ":"}, {"also", ","},
}

func words(list string) []string { return strings.Fields(list) }

func templates(list string) [][]string {
	var out [][]string
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		out = append(out, strings.Fields(line))
	}
	return out
}
