import type { HomeownerWords, Thing } from "./words.ts";

const place = (name: string, room: string | null): string => (room === null ? `„${name}“` : `„${name}“ (${room})`);

function named({ kind, name, room }: Thing): string {
  if (kind === "integration") return `den Dienst „${name}“`;
  if (kind === "gateway") return `das System, das Ihr Zuhause steuert („${name}“)`;
  return place(name, room);
}

const powered = (thing: Thing): string =>
  thing.feeds === null ? named(thing) : `${place(thing.feeds.name, thing.feeds.room)} mit dem Schalter „${thing.name}“`;

const lasting = (minutes: number): string => (minutes === 1 ? "einer Minute" : `${minutes} Minuten`);

export const de: HomeownerWords = {
  locale: "de-DE",
  acts: {
    "integration.reload": (thing) => `Wir starten ${named(thing)} neu.`,
    "entity.refresh": (thing) => `Wir fragen bei ${place(thing.name, thing.room)} nach dem Zustand.`,
    "entity.exercise": (thing) => `Wir bewegen ${place(thing.name, thing.room)} ein wenig und stellen es zurück.`,
    "room.off": (thing) => `Wir schalten Bild und Ton in ${named(thing)} aus.`,
    "room.select": (thing) => `Wir schalten Bild oder Ton in ${named(thing)} wieder ein.`,
    "macro.run": (thing) => `Wir führen aus, was Ihr Installateur als ${named(thing)} programmiert hat.`,
    "power.cycle": (thing) => `Wir schalten ${powered(thing)} aus und wieder ein.`,
    "power.on": (thing) => `Wir schalten ${powered(thing)} ein.`,
    "program.restart": (thing) => `Wir starten das Programm hinter ${named(thing)} neu.`,
    "clock.sync": (thing) => `Wir stellen die Uhr von ${named(thing)} richtig.`,
    "address.renew": (thing) => `Wir lassen ${named(thing)} im Netzwerk erneut nach einer Adresse fragen.`,
    "identify.start": (thing) => `Wir lassen ein Licht an ${named(thing)} blinken, um es zu finden.`,
    "identify.stop": () => "Wir beenden das Blinken wieder.",
    "panel.message": () => "Wir zeigen eine kurze Nachricht von uns auf den Bildschirmen.",
    "log.clear": (thing) => `Wir leeren die Störungsliste von ${named(thing)}, nachdem wir sie gelesen haben.`,
    "gateway.restart": (thing) => `Wir starten ${named(thing)} neu.`,
    other: (thing) => `Wir ändern etwas an ${place(thing.name, thing.room)}.`,
  },
  atMost: (times) => `Höchstens ${times}-mal.`,
  nobodyElseLooked: (person) =>
    `${person} hat dieses Vorgehen geschrieben und arbeitet allein: Niemand sonst hat es angesehen.`,
  ill: {
    integration_silent: (name, minutes) =>
      `Der Dienst „${name}“ reagiert seit ${lasting(minutes)} nicht. Unser System hat das selbst bemerkt.`,
    integration_half_silent: (name, minutes) =>
      `Vieles, was zum Dienst „${name}“ gehört, reagiert seit ${lasting(minutes)} nicht. Unser System hat das selbst bemerkt.`,
    integration_not_running: (name, minutes) =>
      `Der Dienst „${name}“ arbeitet seit ${lasting(minutes)} nicht. Unser System hat das selbst bemerkt.`,
  },
  noticeNothing: "Sie bemerken davon nichts.",
  seen: [
    "Ob Ihre Geräte reagieren und was Ihr System über Störungen festhält.",
    "Wir sehen und hören nichts von dem, was in Ihren Räumen geschieht.",
  ],
  seenPrivate: "Es geht um etwas Privates in Ihrem Zuhause. Es wird nur für diesen einen Zweck verwendet.",
  canBeUndone: (thing) =>
    `Wenn es nicht hilft, machen wir die Änderung an ${place(thing.name, thing.room)} rückgängig.`,
  cannotBeUndone: (reason) => `Das kann nicht rückgängig gemacht werden: ${reason}`,
  ifNo: "Dann geschieht nichts. Was jetzt nicht funktioniert, bleibt vielleicht so, und wir suchen mit Ihnen einen anderen Weg.",
  progress: {
    allowed: "Sie haben es erlaubt.",
    begun: (sentence) => `Begonnen: ${sentence}`,
    sent: "Erledigt. Wir prüfen, ob es geholfen hat.",
    puttingBack: "Begonnen: Wir stellen den alten Zustand wieder her.",
    isPutBack: "Erledigt. Wir prüfen, ob alles wieder so ist wie vorher.",
    switchedOnAgain: "Wieder eingeschaltet, damit nichts ausgeschaltet bleibt.",
    works: "Geprüft: Es funktioniert wieder.",
    worksNot: "Geprüft: Es funktioniert noch nicht.",
    notCertain: "Wir wissen noch nicht, ob es geklappt hat, und sehen nach.",
    wantsYesAtHome:
      "Das Gerät in Ihrem Zuhause möchte Ihr Ja auch selbst, und es wurde noch nichts getan. Bitte erlauben Sie es dort: auf seiner Seite oder in Home Assistant.",
    waitingForHome: "Wir warten, bis Ihr System reagiert.",
    stopping: "Wir hören auf: Es wird nichts Neues begonnen.",
  },
  seenState: {
    answers: "Es reagiert.",
    answersNot: "Es reagiert nicht.",
    unavailable: (count) => (count === 1 ? "Ein Teil davon reagiert nicht." : `${count} Teile davon reagieren nicht.`),
  },
  outcomes: {
    healthy: "Alles funktioniert. Es war nichts zu tun.",
    found: "Wir haben alles angesehen und notiert, worum man sich kümmern sollte.",
    fixed: "Es funktioniert wieder.",
    not_fixed: "Es funktioniert noch nicht. Wir melden uns bei Ihnen und besprechen, wie es weitergeht.",
    undone: "Es hat nicht geholfen, deshalb ist es wieder so, wie es war.",
    refused: "Es wurde nichts getan.",
    no_answer: "Es wurde nichts getan, weil keine Antwort kam.",
    needs_homeowner: "Wir brauchen etwas von Ihnen und melden uns.",
    needs_visit: "Es muss jemand vorbeikommen. Wir melden uns bei Ihnen.",
    unclear: "Wir sind nicht sicher, ob es geklappt hat. Ein Techniker sieht nach.",
    stoppedAndUndone: "Es ist wieder so, wie es war.",
    stopped: "Die Arbeit wurde gestoppt.",
  },
  grantEnds: {
    starter_left:
      "Ihre Erlaubnis ist erloschen: Wer darum gebeten hat, darf nicht mehr für uns arbeiten. Es wird nichts Neues begonnen.",
    link_lost:
      "Ihre Erlaubnis ist erloschen: Die Verbindung zu Ihrem Zuhause war zu lange unterbrochen. Es wird nichts Neues begonnen, ohne dass wir Sie wieder fragen.",
    contract_ended: "Ihre Erlaubnis ist zusammen mit unserer Vereinbarung erloschen. Es wird nichts Neues begonnen.",
    emergency_ended:
      "Die Erlaubnis ist erloschen: In Ihrem Zuhause ist nichts mehr als Notfall erlaubt. Es wird nichts Neues begonnen.",
    hub_went_down:
      "Ihre Erlaubnis ist erloschen: Unser System ist zwischendurch ausgefallen. Es wird nichts Neues begonnen, ohne dass wir Sie wieder fragen.",
    restored:
      "Ihre Erlaubnis ist erloschen: Unser System wurde auf einen früheren Stand zurückgesetzt. Es wird nichts Neues begonnen, ohne dass wir Sie wieder fragen.",
  },
  atHome: {
    title: (technician, firm) => `${technician} von ${firm} hat eine Frage an Sie`,
    allow: "Erlauben",
    anotherTime: "Ein andermal",
    no: "Nein",
    seeMail: (code) => `Alles Weitere, und wie Sie es stoppen, steht in Ihrer E-Mail. Protokoll ${code}.`,
    notice: (firm) => `${firm} hat eine Frage zu Ihrem Zuhause. Bitte sehen Sie in Ihren E-Mails nach.`,
  },
  journal: {
    subject: (firm) => `${firm}: das Protokoll Ihres Zuhauses`,
    intro: (firm, home) =>
      `Hier lesen Sie, was ${firm} für Ihr Zuhause (${home}) angefragt hat, was erlaubt war und was getan wurde:`,
    holds: "Der Link gilt sieben Tage, nach dem ersten Öffnen noch einen Tag.",
    events: {
      "consent.asked": "Sie wurden gefragt",
      "consent.allowed": "Es wurde erlaubt",
      "consent.refused": "Es wurde abgelehnt",
      "consent.another_time": "Ein anderer Zeitpunkt wurde gewünscht",
      "consent.window_agreed": "Ein Zeitpunkt wurde vereinbart",
      "consent.emergency": "Zwei Personen der Firma haben es als Notfall erlaubt",
      "consent.expired": "Niemand antwortete rechtzeitig; es geschah nichts",
      "consent.ended": "Was erlaubt war, endete vorzeitig",
      "consent.withdrawn": "Es wurde gestoppt",
      "consent.call_asked": "Ein Anruf wurde gewünscht",
      "act.done": "Etwas wurde getan",
      "act.failed": "Etwas wurde versucht, aber es gelang nicht",
      "act.uncertain": "Etwas wurde vielleicht getan; wir haben nachgesehen",
      "run.finished": "Unsere Arbeit ist beendet",
      "run.cancelled": "Unsere Arbeit wurde abgebrochen",
      "contact.added": "Jemand kam hinzu, den wir fragen dürfen",
      "contact.changed": "Wie wir jemanden erreichen, wurde geändert",
      "contact.removed": "Jemand wird nicht mehr gefragt",
      "contact.erased": "Jemand wurde aus unseren Daten gelöscht",
      "emergency.agreed": "Es wurde vereinbart, was im Notfall getan werden darf",
      "emergency.ended": "Als Notfall darf nichts mehr getan werden",
      "scopes.changed": "Was wir ohne Rückfrage dürfen, wurde geändert",
      "scopes.ended": "Was wir ohne Rückfrage durften, endete wie vereinbart",
      "gateway.added": "Eine Steuerung wurde verbunden",
      "gateway.removed": "Eine Steuerung wurde getrennt",
      "gateway.access_withdrawn": "Unser Zugang wurde entzogen",
      "ledger.exported": "Dieses Protokoll wurde kopiert",
      "ledger.erased": "Texte in diesem Protokoll wurden gelöscht",
      "site.created": "Wir betreuen seitdem Ihr Zuhause",
    },
    standing: {
      reach: "Sehen, ob Ihre Systeme erreichbar sind",
      view: "Den Zustand Ihrer Geräte sehen",
      diagnose: "Prüfen, ohne etwas zu ändern",
      fix: "Kleines in Ordnung bringen, ohne jedes Mal zu fragen",
    },
    erased: "Der Text dieses Eintrags wurde gelöscht, weil jemand darum gebeten hat.",
    byPhone: "Am Telefon gesagt.",
    byPasskey: "Unterschrieben mit einem Passkey, den das Kästchen in Ihrem Zuhause kennt.",
  },
  homeQuestion: {
    subject: (firm) => `${firm} hat eine Frage`,
    intro: (technician, firm, home) =>
      `${technician} von ${firm} kümmert sich um Ihr Zuhause (${home}) und möchte wissen:`,
    answerHere: "Hier können Sie antworten:",
    allowsNothing:
      "Ihre Antwort hilft uns nur weiter. Sie erlauben damit nichts: Bevor etwas geschieht, fragen wir Sie eigens.",
  },
  saidOnPhone: {
    subject: (firm) => `${firm}: Sie haben am Telefon zugestimmt`,
    hello: (name) => `Guten Tag ${name},`,
    text: (technician, firm, home) =>
      `Sie haben ${technician} von ${firm} am Telefon gesagt, dass dies in Ihrem Zuhause (${home}) geschehen darf:`,
    stop: "Stimmt das nicht, oder denken Sie jetzt anders darüber? Öffnen Sie diesen Link und drücken Sie auf Stopp. Dort können Sie auch verfolgen, was geschieht:",
  },
  emergency: {
    agreedSubject: (firm) => `${firm}: was im Notfall in Ihrem Zuhause getan werden darf`,
    agreed: (firm, home, givenBy, atNight) =>
      `Ab morgen dürfen zwei Personen von ${firm} gemeinsam im Notfall Folgendes in Ihrem Zuhause (${home}) tun, wenn niemand rechtzeitig gefragt werden kann; ${givenBy} hat dem schriftlich zugestimmt. ${atNight ? "Das gilt auch nachts." : "Nicht nachts."} Sie erfahren es jedes Mal sofort und können es stoppen. Privates gehört nie dazu. Wenn das nicht stimmt, rufen Sie uns bitte vorher an.`,
    acts: {
      "integration.reload": "Einen Dienst neu starten",
      "entity.refresh": "Den Zustand eines Geräts abfragen",
      "power.cycle": "Ein Gerät aus- und wieder einschalten",
      "power.on": "Ein Gerät einschalten",
      "gateway.restart": "Das System Ihres Zuhauses neu starten",
    },
    endedSubject: (firm) => `${firm}: Als Notfall geschieht nichts mehr`,
    ended: (firm, home) =>
      `Was für Notfälle in Ihrem Zuhause (${home}) vereinbart war, gilt nicht mehr. ${firm} fragt Sie künftig jedes Mal.`,
    usedSubject: (firm) => `${firm}: In Ihrem Zuhause geschieht etwas als Notfall`,
    used: (people, firm, home) =>
      `${people} von ${firm} haben, wie vereinbart, ohne Ihre Antwort entschieden, dass dies in Ihrem Zuhause (${home}) ein Notfall ist.`,
    because: (reason) => `Der Grund: „${reason}“.`,
    stop: "Wenn Sie das nicht möchten, öffnen Sie diesen Link und drücken Sie auf Stopp. Dort können Sie auch verfolgen, was geschieht:",
    decided: "Es wurde als Notfall erlaubt, ohne Ihre Antwort.",
  },
  reminder: {
    subject: (firm) => `Erinnerung: ${firm} wartet auf Ihre Antwort`,
    opening: "Wir haben Ihnen dazu schon geschrieben und noch nichts gehört. Dies ist die einzige Erinnerung.",
  },
  contactChanged: {
    subject: (firm) => `${firm} erreicht Sie jetzt auf anderem Weg`,
    what: { email: "Ihre E-Mail-Adresse", phone: "Ihre Telefonnummer", role: "worauf Sie antworten dürfen" },
    text: (what, home) =>
      `In unseren Angaben zu ${home} wurde dies geändert: ${what}. In den nächsten 24 Stunden kann in Ihrem Namen nichts erlaubt werden. Wenn das nicht stimmt, rufen Sie uns bitte vorher an.`,
  },
  contactAdded: {
    subject: (firm) => `${firm} kann jetzt auch jemand anderen fragen`,
    text: (name, home) =>
      `${name} darf jetzt auch für ${home} antworten, kann aber in den nächsten 24 Stunden noch nichts erlauben. Wenn das nicht stimmt, rufen Sie uns bitte vorher an.`,
  },
  contactRemoved: {
    subject: (firm) => `${firm} fragt Sie nicht mehr`,
    text: (home) =>
      `Sie gehören nicht mehr zu denen, die für ${home} antworten dürfen; wir fragen Sie dazu also nichts mehr. Wenn das nicht stimmt, rufen Sie uns bitte an.`,
  },
  siteRemoved: {
    subject: (firm) => `${firm} betreut Ihr Zuhause nicht mehr`,
    text: (firm, home, days) =>
      `${firm} betreut ${home} nicht mehr: Was uns damit verband, ist vernichtet, was Sie erlaubt haben, gilt nicht mehr, und wir fragen Sie dazu nichts mehr. Was wir von Ihrem Zuhause aufbewahren, wird in ${days} Tagen gelöscht; bis dahin können Sie uns um eine Kopie bitten. Wenn das nicht stimmt, rufen Sie uns bitte an.`,
  },
  phoneChosen: {
    subject: (firm) => `${firm} kann Sie jetzt auch auf Ihrem Telefon fragen`,
    text: (phone, user) =>
      `Ab morgen können wir Sie auch auf Ihrem Telefon („${phone}“) fragen; dort antwortet „${user}“ für Sie. Wenn das nicht stimmt, rufen Sie uns bitte an: Bis morgen kann dort nichts beantwortet werden.`,
  },
  phoneRemoved: {
    subject: (firm) => `${firm} fragt Sie nicht mehr auf Ihrem Telefon`,
    text: (phone) =>
      `Wir fragen Sie nicht mehr auf Ihrem Telefon („${phone}“). Unsere Fragen kommen wie bisher per E-Mail.`,
  },
  message: {
    subject: (firm) => `${firm} möchte in Ihrem Zuhause etwas in Ordnung bringen`,
    hello: (name) => `Guten Tag ${name},`,
    intro: (technician, firm, home) =>
      `${technician} von ${firm} möchte in Ihrem Zuhause (${home}) etwas tun und fragt Sie vorher.`,
    why: "Warum",
    what: "Was wir tun möchten",
    notice: "Was Sie davon bemerken",
    howLong: "Wie lange",
    minutes: (minutes) => (minutes === 1 ? "Höchstens eine Minute." : `Höchstens ${minutes} Minuten.`),
    seen: "Was wir sehen",
    undo: "Wenn es nicht hilft",
    ifNoTitle: "Wenn Sie Nein sagen",
    answerHere: "Hier lesen und antworten:",
    button: "Lesen und antworten",
    answerBy: (moment) => `Bitte antworten Sie vor ${moment}. Ohne Antwort geschieht nichts.`,
    stop: "Sie können es jederzeit stoppen: Öffnen Sie denselben Link und drücken Sie auf Stopp.",
    questions: (phone) => `Fragen? Rufen Sie uns an: ${phone}.`,
    code: (code) =>
      `Das Protokoll Ihres Zuhauses steht bei ${code}. Heben Sie diese Nachricht auf: Sie belegt, was Sie gefragt wurden.`,
    linkIsYours: "Der Link ist nur für Sie. Bitte geben Sie ihn nicht weiter.",
  },
};
