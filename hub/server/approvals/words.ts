import type { Language } from "@caretaker/protocol";

export interface AloneWords {
  readonly subject: (firm: string) => string;
  readonly hello: (name: string) => string;
  readonly text: (facts: { firm: string; person: string; home: string; at: string }) => string;
  /** Of what is to be allowed without an answer of theirs. */
  readonly emergency: (facts: { firm: string; person: string; home: string; at: string }) => string;
  /** Once something was begun by a runbook that nobody else has looked at. */
  readonly used: (facts: { firm: string; person: string; home: string }) => string;
  readonly what: string;
  readonly questions: (phone: string | null) => string;
  readonly code: (code: string) => string;
}

/** What a homeowner is told when a firm of one goes on without a second person. The sentence itself is the technician's. */
export const ALONE_WORDS: Readonly<Record<Language, AloneWords>> = {
  en: {
    subject: (firm) => `${firm}: something was decided about your home`,
    hello: (name) => `Dear ${name},`,
    text: ({ firm, person, home, at }) =>
      `At ${firm} two people have to agree before some things are done. ${person} works alone, so you are told instead. It concerns ${home}, and is not done before ${at}. Nothing that you would notice is done without asking you.`,
    emergency: ({ firm, person, home, at }) =>
      `At ${firm} two people have to agree before something is allowed as an emergency. ${person} works alone, so you are told instead. It concerns ${home}, and is not done before ${at}, nor if you answer the question before then.`,
    used: ({ firm, person, home }) =>
      `At ${firm} two people have to agree before a procedure such as this is used. ${person} works alone, so nobody else has looked at it, and you are told instead. It was used in ${home} now, within what you have allowed for good.`,
    what: "What it is:",
    questions: (phone) =>
      phone === null ? "If you do not want this, answer us." : `If you do not want this, call ${phone}.`,
    code: (code) => `Your home's ledger stands at ${code}.`,
  },
  nl: {
    subject: (firm) => `${firm}: er is iets besloten over uw woning`,
    hello: (name) => `Beste ${name},`,
    text: ({ firm, person, home, at }) =>
      `Bij ${firm} moeten twee mensen akkoord gaan voordat bepaalde dingen gebeuren. ${person} werkt alleen; daarom krijgt u dit bericht. Het gaat om ${home} en gebeurt niet vóór ${at}. Iets wat u zou merken, gebeurt niet zonder dat we het u vragen.`,
    emergency: ({ firm, person, home, at }) =>
      `Bij ${firm} moeten twee mensen akkoord gaan voordat iets als noodgeval wordt toegestaan. ${person} werkt alleen; daarom krijgt u dit bericht. Het gaat om ${home} en gebeurt niet vóór ${at}, en ook niet als u de vraag vóór die tijd beantwoordt.`,
    used: ({ firm, person, home }) =>
      `Bij ${firm} moeten twee mensen akkoord gaan voordat een werkwijze als deze wordt gebruikt. ${person} werkt alleen, dus niemand anders heeft ernaar gekeken; daarom krijgt u dit bericht. De werkwijze is nu in ${home} gebruikt, binnen wat u blijvend hebt toegestaan.`,
    what: "Waar het om gaat:",
    questions: (phone) =>
      phone === null ? "Wilt u dit niet? Laat het ons weten." : `Wilt u dit niet? Bel dan ${phone}.`,
    code: (code) => `Het logboek van uw woning staat op ${code}.`,
  },
  de: {
    subject: (firm) => `${firm}: Es wurde etwas über Ihr Zuhause entschieden`,
    hello: (name) => `Guten Tag ${name},`,
    text: ({ firm, person, home, at }) =>
      `Bei ${firm} müssen zwei Personen zustimmen, bevor bestimmte Dinge getan werden. ${person} arbeitet allein; deshalb informieren wir stattdessen Sie. Es betrifft ${home} und geschieht nicht vor ${at}. Nichts, was Sie bemerken würden, geschieht, ohne dass wir Sie fragen.`,
    emergency: ({ firm, person, home, at }) =>
      `Bei ${firm} müssen zwei Personen zustimmen, bevor etwas als Notfall erlaubt wird. ${person} arbeitet allein; deshalb informieren wir stattdessen Sie. Es betrifft ${home} und geschieht nicht vor ${at} und auch nicht, wenn Sie die Frage vorher beantworten.`,
    used: ({ firm, person, home }) =>
      `Bei ${firm} müssen zwei Personen zustimmen, bevor ein solches Vorgehen verwendet wird. ${person} arbeitet allein, also hat es niemand sonst angesehen; deshalb informieren wir stattdessen Sie. Es wurde jetzt in ${home} verwendet, im Rahmen dessen, was Sie auf Dauer erlaubt haben.`,
    what: "Worum es geht:",
    questions: (phone) =>
      phone === null
        ? "Wenn Sie das nicht möchten, sagen Sie es uns."
        : `Wenn Sie das nicht möchten, rufen Sie ${phone} an.`,
    code: (code) => `Das Protokoll Ihres Zuhauses steht bei ${code}.`,
  },
  fr: {
    subject: (firm) => `${firm} : une décision concerne votre maison`,
    hello: (name) => `Bonjour ${name},`,
    text: ({ firm, person, home, at }) =>
      `Chez ${firm}, deux personnes doivent donner leur accord avant certaines actions. ${person} travaille sans collègue, c’est pourquoi nous vous prévenons. Cela concerne ${home} et ne sera pas fait avant ${at}. Rien de ce que vous remarqueriez n’est fait sans vous demander votre accord.`,
    emergency: ({ firm, person, home, at }) =>
      `Chez ${firm}, deux personnes doivent donner leur accord avant qu’une action soit autorisée en urgence. ${person} travaille sans collègue, c’est pourquoi nous vous prévenons. Cela concerne ${home} et ne sera pas fait avant ${at}, ni si vous répondez à la question d’ici là.`,
    used: ({ firm, person, home }) =>
      `Chez ${firm}, deux personnes doivent donner leur accord avant qu’une telle procédure soit utilisée. ${person} travaille sans collègue : personne d’autre ne l’a relue, c’est pourquoi nous vous prévenons. Elle vient d'être utilisée dans ${home}, dans la limite de ce que vous avez autorisé durablement.`,
    what: "De quoi il s’agit :",
    questions: (phone) =>
      phone === null
        ? "Si vous ne le souhaitez pas, dites-le-nous."
        : `Si vous ne le souhaitez pas, appelez le ${phone}.`,
    code: (code) => `Le journal de votre maison en est à ${code}.`,
  },
};
