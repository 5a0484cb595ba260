import type { HomeownerWords, Thing } from "./words.ts";

const place = (name: string, room: string | null): string => (room === null ? `‘${name}’` : `‘${name}’ (${room})`);

function named({ kind, name, room }: Thing): string {
  if (kind === "integration") return `de dienst ‘${name}’`;
  if (kind === "gateway") return `het systeem dat uw woning bedient (‘${name}’)`;
  return place(name, room);
}

const powered = (thing: Thing): string =>
  thing.feeds === null
    ? named(thing)
    : `${place(thing.feeds.name, thing.feeds.room)} met de schakelaar ‘${thing.name}’`;

const lasting = (minutes: number): string => (minutes === 1 ? "een minuut" : `${minutes} minuten`);

export const nl: HomeownerWords = {
  locale: "nl-NL",
  acts: {
    "integration.reload": (thing) => `We starten ${named(thing)} opnieuw.`,
    "entity.refresh": (thing) => `We vragen de toestand van ${named(thing)} op.`,
    "entity.exercise": (thing) => `We bewegen ${named(thing)} een klein stukje en zetten het terug.`,
    "room.off": (thing) => `We zetten beeld en geluid in ${named(thing)} uit.`,
    "room.select": (thing) => `We zetten beeld of geluid in ${named(thing)} weer aan.`,
    "macro.run": (thing) => `We voeren uit wat uw installateur heeft geprogrammeerd als ${named(thing)}.`,
    "power.cycle": (thing) => `We zetten ${powered(thing)} uit en weer aan.`,
    "power.on": (thing) => `We zetten ${powered(thing)} aan.`,
    "program.restart": (thing) => `We starten het programma achter ${named(thing)} opnieuw.`,
    "clock.sync": (thing) => `De klok van ${named(thing)} gelijkzetten.`,
    "address.renew": (thing) => `${named(thing)} opnieuw om een adres in het netwerk laten vragen.`,
    "identify.start": (thing) => `Een lampje op ${named(thing)} laten knipperen om het te vinden.`,
    "identify.stop": () => "Het knipperen weer stoppen.",
    "panel.message": () => "Een kort bericht van ons op de schermen tonen.",
    "log.clear": (thing) => `De lijst met storingen van ${named(thing)} leegmaken, nadat we die hebben gelezen.`,
    "gateway.restart": (thing) => `We starten ${named(thing)} opnieuw.`,
    other: (thing) => `We veranderen iets aan ${named(thing)}.`,
  },
  atMost: (times) => `Hoogstens ${times} keer.`,
  nobodyElseLooked: (person) =>
    `${person} heeft deze werkwijze geschreven en werkt alleen: niemand anders heeft ernaar gekeken.`,
  ill: {
    integration_silent: (name, minutes) =>
      `De dienst ‘${name}’ reageert al ${lasting(minutes)} niet. Ons systeem heeft dit zelf gemerkt.`,
    integration_half_silent: (name, minutes) =>
      `Veel van wat bij de dienst ‘${name}’ hoort, reageert al ${lasting(minutes)} niet. Ons systeem heeft dit zelf gemerkt.`,
    integration_not_running: (name, minutes) =>
      `De dienst ‘${name}’ werkt al ${lasting(minutes)} niet. Ons systeem heeft dit zelf gemerkt.`,
  },
  noticeNothing: "U merkt er niets van.",
  seen: [
    "Of uw apparaten reageren, en wat uw systeem over storingen noteert.",
    "We zien en horen niets van wat er in uw kamers gebeurt.",
  ],
  seenPrivate: "Het gaat om iets wat privé is in uw woning. Het wordt alleen hiervoor gebruikt.",
  canBeUndone: (thing) => `Als het niet helpt, brengen we ${named(thing)} terug in de oude toestand.`,
  cannotBeUndone: (reason) => `Dit kan niet ongedaan worden gemaakt: ${reason}`,
  ifNo: "Dan doen we niets. Wat nu niet werkt, blijft misschien zo, en we zoeken samen met u een andere oplossing.",
  progress: {
    allowed: "U hebt dit toegestaan.",
    begun: (sentence) => `Begonnen: ${sentence}`,
    sent: "Gedaan. We kijken of het heeft geholpen.",
    puttingBack: "Begonnen: we zetten het terug zoals het was.",
    isPutBack: "Gedaan. We kijken of het is zoals het was.",
    switchedOnAgain: "Weer aangezet, zodat niets uit blijft.",
    works: "Nagekeken: het werkt weer.",
    worksNot: "Nagekeken: het werkt nog niet.",
    notCertain: "We weten nog niet of het gelukt is en kijken het na.",
    wantsYesAtHome:
      "Het kastje in uw huis wil ook zelf uw ja, en er is nog niets gedaan. Sta het daar toe: op zijn pagina of in Home Assistant.",
    waitingForHome: "We wachten tot uw systeem reageert.",
    stopping: "We stoppen: er wordt niets nieuws begonnen.",
  },
  seenState: {
    answers: "Het reageert.",
    answersNot: "Het reageert niet.",
    unavailable: (count) => (count === 1 ? "Eén onderdeel reageert niet." : `${count} onderdelen reageren niet.`),
  },
  outcomes: {
    healthy: "Alles werkt. Er hoefde niets te gebeuren.",
    found: "We hebben alles bekeken en genoteerd wat aandacht nodig heeft.",
    fixed: "Het werkt weer.",
    not_fixed: "Het werkt nog niet. We nemen contact met u op over het vervolg.",
    undone: "Het hielp niet, daarom is het teruggezet zoals het was.",
    refused: "Er is niets gedaan.",
    no_answer: "Er is niets gedaan, omdat er geen antwoord kwam.",
    needs_homeowner: "We hebben iets van u nodig en nemen contact met u op.",
    needs_visit: "Er moet iemand langskomen. We nemen contact met u op.",
    unclear: "We weten niet zeker of het gelukt is. Een technicus kijkt ernaar.",
    stoppedAndUndone: "Het is teruggezet zoals het was.",
    stopped: "Het werk is gestopt.",
  },
  grantEnds: {
    starter_left:
      "Uw toestemming is vervallen: wie erom vroeg, mag niet meer voor ons werken. Er wordt niets nieuws begonnen.",
    link_lost:
      "Uw toestemming is vervallen: de verbinding met uw woning was te lang verbroken. Er wordt niets nieuws begonnen zonder het u opnieuw te vragen.",
    contract_ended: "Uw toestemming is samen met onze overeenkomst vervallen. Er wordt niets nieuws begonnen.",
    emergency_ended:
      "De toestemming is vervallen: in uw woning is niets meer als noodgeval toegestaan. Er wordt niets nieuws begonnen.",
    hub_went_down:
      "Uw toestemming is vervallen: ons systeem is intussen uitgevallen. Er wordt niets nieuws begonnen zonder het u opnieuw te vragen.",
    restored:
      "Uw toestemming is vervallen: ons systeem is teruggezet naar een eerdere toestand. Er wordt niets nieuws begonnen zonder het u opnieuw te vragen.",
  },
  atHome: {
    title: (technician, firm) => `${technician} van ${firm} vraagt u iets`,
    allow: "Toestaan",
    anotherTime: "Een andere keer",
    no: "Nee",
    seeMail: (code) => `Alle uitleg, en hoe u het stopt, staat in uw e-mail. Logboek ${code}.`,
    notice: (firm) => `${firm} heeft een vraag over uw woning. Kijkt u even in uw e-mail?`,
  },
  journal: {
    subject: (firm) => `${firm}: het logboek van uw woning`,
    intro: (firm, home) =>
      `Hier leest u wat ${firm} in uw woning (${home}) heeft gevraagd, wat mocht en wat is gedaan:`,
    holds: "De link werkt zeven dagen, en één dag nadat hij is geopend.",
    events: {
      "consent.asked": "U is iets gevraagd",
      "consent.allowed": "Het is toegestaan",
      "consent.refused": "Het is geweigerd",
      "consent.another_time": "Er is om een ander moment gevraagd",
      "consent.window_agreed": "Er is een moment afgesproken",
      "consent.emergency": "Twee mensen van het bedrijf hebben het als noodgeval toegestaan",
      "consent.expired": "Niemand antwoordde op tijd; er is niets gedaan",
      "consent.ended": "De toestemming is eerder vervallen",
      "consent.withdrawn": "Het is gestopt",
      "consent.call_asked": "Er is gevraagd om gebeld te worden",
      "act.done": "Er is iets gedaan",
      "act.failed": "Er is iets geprobeerd en het lukte niet",
      "act.uncertain": "Mogelijk is er iets gedaan; we hebben het nagekeken",
      "run.finished": "Ons werk is afgerond",
      "run.cancelled": "Ons werk ging niet door",
      "contact.added": "Er is iemand toegevoegd aan wie we iets mogen vragen",
      "contact.changed": "Hoe we iemand bereiken is gewijzigd",
      "contact.removed": "Aan iemand vragen we niets meer",
      "contact.erased": "Iemands gegevens zijn gewist",
      "emergency.agreed": "Er is afgesproken wat in een noodgeval mag",
      "emergency.ended": "Er wordt niets meer als noodgeval gedaan",
      "scopes.changed": "Wat we zonder te vragen mogen, is gewijzigd",
      "scopes.ended": "Wat we zonder te vragen mochten, is zoals afgesproken afgelopen",
      "gateway.added": "Een domoticasysteem is gekoppeld",
      "gateway.removed": "Een domoticasysteem is losgekoppeld",
      "gateway.access_withdrawn": "Onze toegang is ingetrokken",
      "ledger.exported": "Dit logboek is gekopieerd",
      "ledger.erased": "Teksten uit dit logboek zijn gewist",
      "site.created": "We zijn voor uw woning gaan zorgen",
    },
    standing: {
      reach: "Zien of uw systemen bereikbaar zijn",
      view: "De toestand van uw apparaten zien",
      diagnose: "Testen zonder iets te veranderen",
      fix: "Kleine dingen herstellen zonder telkens te vragen",
    },
    erased: "De tekst hiervan is gewist, omdat iemand daarom heeft gevraagd.",
    byPhone: "Aan de telefoon gezegd.",
    byPasskey: "Ondertekend met een passkey die het kastje in uw woning kent.",
  },
  homeQuestion: {
    subject: (firm) => `${firm} heeft een vraag`,
    intro: (technician, firm, home) => `${technician} van ${firm} kijkt naar uw woning (${home}) en wil graag weten:`,
    answerHere: "U kunt hier antwoorden:",
    allowsNothing:
      "Met uw antwoord weten we meer, maar u staat er niets mee toe: voordat we iets doen, vragen we u dat apart.",
  },
  saidOnPhone: {
    subject: (firm) => `${firm}: u hebt aan de telefoon ja gezegd`,
    hello: (name) => `Beste ${name},`,
    text: (technician, firm, home) =>
      `U hebt aan de telefoon tegen ${technician} van ${firm} gezegd dat dit in uw woning (${home}) mag gebeuren:`,
    stop: "Klopt dat niet, of denkt u er nu anders over? Open deze link en druk op Stop. U kunt daar ook volgen wat er gebeurt:",
  },
  emergency: {
    agreedSubject: (firm) => `${firm}: wat er in een noodgeval in uw woning mag gebeuren`,
    agreed: (firm, home, givenBy, atNight) =>
      `Vanaf morgen mogen twee mensen van ${firm} samen in een noodgeval het volgende doen in uw woning (${home}), als er op tijd niemand te bereiken is; ${givenBy} heeft dat schriftelijk afgesproken. ${atNight ? "Dit geldt ook ’s nachts." : "Niet ’s nachts."} U krijgt telkens meteen bericht en kunt het stoppen. Wat privé is, hoort er nooit bij. Klopt dat niet, bel ons dan vóór die tijd.`,
    acts: {
      "integration.reload": "Een dienst opnieuw starten",
      "entity.refresh": "De toestand van een apparaat opvragen",
      "power.cycle": "Een apparaat uit- en weer aanzetten",
      "power.on": "Een apparaat aanzetten",
      "gateway.restart": "Het systeem van uw woning opnieuw starten",
    },
    endedSubject: (firm) => `${firm}: er gebeurt niets meer als noodgeval`,
    ended: (firm, home) =>
      `Wat voor noodgevallen in uw woning (${home}) was afgesproken, geldt niet meer. ${firm} vraagt het u voortaan elke keer.`,
    usedSubject: (firm) => `${firm}: er gebeurt iets in uw woning als noodgeval`,
    used: (people, firm, home) =>
      `${people} van ${firm} hebben, zoals afgesproken, zonder uw antwoord besloten dat dit in uw woning (${home}) een noodgeval is.`,
    because: (reason) => `De reden: ‘${reason}’.`,
    stop: "Wilt u dit niet? Open deze link en druk op Stop. U kunt daar ook volgen wat er gebeurt:",
    decided: "Het is als noodgeval toegestaan, zonder uw antwoord.",
  },
  reminder: {
    subject: (firm) => `Herinnering: ${firm} wacht op uw antwoord`,
    opening: "We schreven u hier eerder over en hebben nog niets gehoord. Dit is de enige herinnering.",
  },
  contactChanged: {
    subject: (firm) => `${firm} bereikt u voortaan op een andere manier`,
    what: { email: "uw e-mailadres", phone: "uw telefoonnummer", role: "waarop u mag antwoorden" },
    text: (what, home) =>
      `In onze gegevens over ${home} is dit gewijzigd: ${what}. De komende 24 uur kan er namens u niets worden toegestaan. Klopt dat niet, bel ons dan vóór die tijd.`,
  },
  contactAdded: {
    subject: (firm) => `${firm} kan nu ook iemand anders iets vragen`,
    text: (name, home) =>
      `${name} mag nu ook antwoorden voor ${home}, maar kan de komende 24 uur nog niets toestaan. Klopt dat niet, bel ons dan vóór die tijd.`,
  },
  contactRemoved: {
    subject: (firm) => `${firm} vraagt u niets meer`,
    text: (home) =>
      `U hoort niet meer bij degenen die voor ${home} mogen antwoorden; we vragen u er dus niets meer over. Klopt dat niet, bel ons dan.`,
  },
  siteRemoved: {
    subject: (firm) => `${firm} zorgt niet meer voor uw woning`,
    text: (firm, home, days) =>
      `${firm} zorgt niet meer voor ${home}: wat ons ermee verbond, is vernietigd, wat u hebt toegestaan geldt niet meer, en we vragen u er niets meer over. Wat we van uw woning bewaren, wordt over ${days} dagen gewist; tot dan kunt u ons om een kopie vragen. Klopt dat niet, bel ons dan.`,
  },
  phoneChosen: {
    subject: (firm) => `${firm} kan u nu ook op uw telefoon iets vragen`,
    text: (phone, user) =>
      `Vanaf morgen kunnen we u ook op uw telefoon (‘${phone}’) iets vragen; ‘${user}’ antwoordt daar voor u. Klopt dat niet, bel ons dan: vóór morgen kan daar niets worden beantwoord.`,
  },
  phoneRemoved: {
    subject: (firm) => `${firm} vraagt u niets meer op uw telefoon`,
    text: (phone) => `We vragen u niets meer op uw telefoon (‘${phone}’). Onze vragen komen weer alleen per e-mail.`,
  },
  message: {
    subject: (firm) => `${firm} wil graag iets in uw woning in orde maken`,
    hello: (name) => `Beste ${name},`,
    intro: (technician, firm, home) =>
      `${technician} van ${firm} wil graag iets doen in uw woning (${home}) en vraagt het u eerst.`,
    why: "Waarom",
    what: "Wat we willen doen",
    notice: "Wat u ervan merkt",
    howLong: "Hoe lang",
    minutes: (minutes) => (minutes === 1 ? "Hoogstens een minuut." : `Hoogstens ${minutes} minuten.`),
    seen: "Wat wij zien",
    undo: "Als het niet helpt",
    ifNoTitle: "Als u nee zegt",
    answerHere: "Lees en antwoord hier:",
    button: "Lezen en antwoorden",
    answerBy: (moment) => `Wilt u vóór ${moment} antwoorden? Zonder antwoord doen we niets.`,
    stop: "U kunt het op elk moment stoppen: open dezelfde link en druk op Stop.",
    questions: (phone) => `Vragen? Bel ons: ${phone}.`,
    code: (code) =>
      `Het logboek van uw woning staat op ${code}. Bewaar dit bericht: het bewijst wat we u hebben gevraagd.`,
    linkIsYours: "De link is alleen voor u. Geef hem niet door.",
  },
};
