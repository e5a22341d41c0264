"""English words that begin names of companies or are names of people, and mean something else in small letters.

``chase`` in "chase the vendor" is nobody; ``Chase`` may be. A word that is missing here is taken for a name in a question even in small
letters, which hides a word from a language model and tells it nothing.
"""

from __future__ import annotations

_WRITTEN = """
about above account active advance after again air all allied alpha also alternative always amber american and answer any april
arch are arrow art ask atlantic august autumn away back baker bakery bar barrel base basic bay beach bean bear beauty been before
bell berry best better big bill bird black blue board boat body book booking bottle bow box brand bread breeze bridge bright broad
broker brook brown buck build building bull burn bus business busy but butcher buyer call can canal candy cape capital car card
care carrier carter case cash castle cat cedar cell center central centre certain chain chance change charge chase check chef
cherry chief choice christian city claim class clean clear client clock close cloud club coast coffee cold common company complete
confirm contact continental contract cook cool copper core corner cost could country county court cover craft cream creek crest
cross crown crystal custom customer cut dairy dale data date day days deal dean deep delay deliver delivered delivery delta depot
desert design diamond did digital dime direct district dock does dole dollar double down draft drew drive driver drum drummer dry
due eagle early earth east eastern easy eco edge eight elder electric elite elm end engine english enterprise equal even ever
every exact example excel express extra eye fair faith falcon fall family far farm farmer fast federal feed few field fifth fine
fire first fish fisher five fix flat fleet flour food foods for forest form fort forward found foundry four fox frank free freight
french fresh friday from front frost fruit full fund future garden gate gene general gentle german get giant gift give glass
global go gold golden good grace grain grand grant grape gray great green grey grid grocery ground group grove guard guide guy
hall hand happy harbor hard harvest has hat have hawk hazel head health heart heavy help her high hill his hold home honey hope
horizon horse hot hotel hour house how hunter ice idea important in indigo industrial industry inn inside international invoice
iron island italian item ivory ivy jack january jet job joy july june just keen keep key keystone kind king kitchen kitchens
knight know lady lake land lane large last late later law layer leaf lean left less level liberty life light lily lime line lion
list little live load local lock logistics lone long look lot love low lucky machine magic mail main major make manager many maple
march marine mark market marketing marsh mason master match max may mayor me meadow meat medical mercy metal metro mid midway mild
mile miles mill miller mine mint missing model modern moment monarch monday moon more morning most motor mountain move much must
name national natural nature need net never new next nice night nine noble none noon north northern not note now oak ocean offer
office oil old olive omega on once one only open option orange orchard order orders organic origin other our out over own pacific
pack packaging pact page paint pallet palm paper park part partner parts past pat path patience pay peak pearl peg pen people
pepper perfect person phone pick pilot pine pink pioneer place plain plan planet plant platinum please plus point polar pole pool
pop port post potter power prairie premier premium price prime pro problem produce product products promise proof proper public
pure purple quality quantity queen quick quiet rain ranch range rapid rate raw ray reach ready real reason red reed refund regal
region reliable rest rice rich ridge right ring rise river road rob robin rock rocky rod room root rose round royal ruby rule run
rush russet safe sage sail sale sales salt same sand saturday save school sea seal season second see select send senior service
set seven shall shell shepherd ship shipment shipped shipping shop shore short should show side silver simple singer six sky slate
small smart smith smooth snow soft solar solid some sound south southern space spark special speed spice spirit split spring
square staff standard star start state status steel step sterling stern still stock stone store storm straight strategic stream
street strong sub sue summer summit sun sunday sunny super supplier supplies supply sure swan sweet swift system table target task
taste taylor tea team tech ten term terms than that the their them then there they thing third this three thursday tide tiger till
time titan today tomorrow top total touch tower town track trade trading transit transport treasure tree tri trinity true trust
tuesday turner twin two under union unit united units unity universal up upper urban us usual valley value vendor very via victor
victory view village vine violet vision vista wagon waiting walker wall wants ward warehouse was water wave way weaver web
wednesday week weekend well were west western what wheat when where which while white who whole why wide wild will win wind window
wine wing winter wise with wolf wonder wood word work works world worth would yard year yellow yes yesterday yet you young your
zero zone
"""
ORDINARY_WORDS = frozenset(_WRITTEN.split())
