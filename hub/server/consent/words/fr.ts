import type { HomeownerWords, Thing } from "./words.ts";

const place = (name: string, room: string | null): string => (room === null ? `« ${name} »` : `« ${name} » (${room})`);

function named({ kind, name, room }: Thing): string {
  if (kind === "integration") return `le service « ${name} »`;
  if (kind === "gateway") return `le système qui commande votre maison (« ${name} »)`;
  return place(name, room);
}

const powered = (thing: Thing): string =>
  thing.feeds === null
    ? named(thing)
    : `${place(thing.feeds.name, thing.feeds.room)} avec l’interrupteur « ${thing.name} »`;

const lasting = (minutes: number): string => (minutes === 1 ? "une minute" : `${minutes} minutes`);

export const fr: HomeownerWords = {
  locale: "fr-FR",
  acts: {
    "integration.reload": (thing) => `Redémarrer ${named(thing)}.`,
    "entity.refresh": (thing) => `Demander son état à ${place(thing.name, thing.room)}.`,
    "entity.exercise": (thing) => `Bouger un peu ${place(thing.name, thing.room)}, puis le remettre comme avant.`,
    "room.off": (thing) => `Éteindre l’image et le son dans ${named(thing)}.`,
    "room.select": (thing) => `Rallumer l’image ou le son dans ${named(thing)}.`,
    "macro.run": (thing) => `Exécuter ce que votre installateur a programmé sous le nom ${named(thing)}.`,
    "power.cycle": (thing) => `Éteindre puis rallumer ${powered(thing)}.`,
    "power.on": (thing) => `Allumer ${powered(thing)}.`,
    "program.restart": (thing) => `Redémarrer le programme qui s’occupe de ${named(thing)}.`,
    "clock.sync": (thing) => `Mettre à l’heure ${named(thing)}.`,
    "address.renew": (thing) => `Faire redemander une adresse au réseau par ${named(thing)}.`,
    "identify.start": (thing) => `Faire clignoter un voyant de ${named(thing)} pour le trouver.`,
    "identify.stop": () => "Arrêter le clignotement.",
    "panel.message": () => "Afficher un court message de notre part sur les écrans.",
    "log.clear": (thing) => `Vider la liste des défauts de ${named(thing)}, après l’avoir lue.`,
    "gateway.restart": (thing) => `Redémarrer ${named(thing)}.`,
    other: (thing) => `Modifier quelque chose : ${place(thing.name, thing.room)}.`,
  },
  atMost: (times) => `${times} fois au plus.`,
  nobodyElseLooked: (person) =>
    `${person} a écrit cette procédure et travaille sans collègue : personne d’autre ne l’a relue.`,
  ill: {
    integration_silent: (name, minutes) =>
      `Le service « ${name} » ne répond plus depuis ${lasting(minutes)}. Notre système l’a remarqué de lui-même.`,
    integration_half_silent: (name, minutes) =>
      `Une grande partie de ce qui dépend du service « ${name} » ne répond plus depuis ${lasting(minutes)}. Notre système l’a remarqué de lui-même.`,
    integration_not_running: (name, minutes) =>
      `Le service « ${name} » ne fonctionne plus depuis ${lasting(minutes)}. Notre système l’a remarqué de lui-même.`,
  },
  noticeNothing: "Vous ne remarquerez rien.",
  seen: [
    "Si vos appareils répondent, et ce que votre système note à propos des pannes.",
    "Nous ne voyons et n’entendons rien de ce qui se passe dans vos pièces.",
  ],
  seenPrivate: "Cela touche à quelque chose de privé chez vous, et ne servira qu’à cela.",
  canBeUndone: (thing) => `Si cela ne suffit pas, nous remettons ${named(thing)} dans son état précédent.`,
  cannotBeUndone: (reason) => `Cela ne peut pas être annulé : ${reason}`,
  ifNo: "Alors rien n’est fait. Ce qui ne fonctionne pas risque de rester ainsi, et nous cherchons une autre solution avec vous.",
  progress: {
    allowed: "Vous avez donné votre accord.",
    begun: (sentence) => `Commencé : ${sentence}`,
    sent: "C’est fait. Nous vérifions si le problème est résolu.",
    puttingBack: "Commencé : remise dans l’état précédent.",
    isPutBack: "C’est fait. Nous vérifions si tout est comme avant.",
    switchedOnAgain: "Rallumé, pour que rien ne reste éteint.",
    works: "Vérifié : cela fonctionne à nouveau.",
    worksNot: "Vérifié : cela ne fonctionne pas encore.",
    notCertain: "Nous ne savons pas encore ce qu’il en est et vérifions.",
    wantsYesAtHome:
      "Le boîtier de votre maison veut aussi votre accord, et rien n’a encore été fait. Veuillez l’autoriser là-bas : sur sa page ou dans Home Assistant.",
    waitingForHome: "Nous attendons que votre système réponde.",
    stopping: "Arrêt en cours : rien de nouveau n’est commencé.",
  },
  seenState: {
    answers: "Cela répond.",
    answersNot: "Cela ne répond pas.",
    unavailable: (count) => (count === 1 ? "Un élément ne répond pas." : `${count} éléments ne répondent pas.`),
  },
  outcomes: {
    healthy: "Tout fonctionne. Il n’y avait rien à faire.",
    found: "Nous avons tout regardé et noté ce qui demande de l’attention.",
    fixed: "Cela fonctionne à nouveau.",
    not_fixed: "Cela ne fonctionne pas encore. Nous vous contacterons pour la suite.",
    undone: "Cela n’a pas suffi ; tout a donc été remis comme avant.",
    refused: "Rien n’a été fait.",
    no_answer: "Rien n’a été fait, faute de réponse.",
    needs_homeowner: "Nous avons besoin de quelque chose de votre part et vous contacterons.",
    needs_visit: "Quelqu’un doit passer. Nous vous contacterons.",
    unclear: "Nous ne sommes pas certains du résultat. Un technicien vérifie.",
    stoppedAndUndone: "Cela a été remis comme avant.",
    stopped: "L’intervention a été arrêtée.",
  },
  grantEnds: {
    starter_left:
      "Votre accord a pris fin : la personne qui l’a demandé ne peut plus travailler pour nous. Rien de nouveau n’est commencé.",
    link_lost:
      "Votre accord a pris fin : la liaison avec votre maison a été perdue trop longtemps. Rien de nouveau n’est commencé sans vous demander à nouveau.",
    contract_ended: "Votre accord a pris fin avec notre contrat. Rien de nouveau n’est commencé.",
    emergency_ended:
      "Ce qui était autorisé a pris fin : plus rien n’est autorisé en urgence chez vous. Rien de nouveau n’est commencé.",
    hub_went_down:
      "Votre accord a pris fin : notre système est tombé en panne entre-temps. Rien de nouveau n’est commencé sans vous demander à nouveau.",
    restored:
      "Votre accord a pris fin : notre système a été remis dans un état antérieur. Rien de nouveau n’est commencé sans vous demander à nouveau.",
  },
  atHome: {
    title: (technician, firm) => `${technician}, de ${firm}, vous pose une question`,
    allow: "Autoriser",
    anotherTime: "Une autre fois",
    no: "Non",
    seeMail: (code) => `Tout le détail, et comment arrêter, est dans votre courriel. Journal ${code}.`,
    notice: (firm) => `${firm} a une question sur votre maison. Merci de lire vos courriels.`,
  },
  journal: {
    subject: (firm) => `${firm} : le journal de votre maison`,
    intro: (firm, home) => `Voici ce que ${firm} a demandé, a pu faire et a fait chez vous (${home}) :`,
    holds: "Le lien fonctionne sept jours, et un jour après sa première ouverture.",
    events: {
      "consent.asked": "On vous a posé une question",
      "consent.allowed": "Cela a été autorisé",
      "consent.refused": "Cela a été refusé",
      "consent.another_time": "Un autre moment a été demandé",
      "consent.window_agreed": "Un moment a été convenu",
      "consent.emergency": "Deux personnes de l’entreprise l’ont autorisé en urgence",
      "consent.expired": "Personne n’a répondu à temps ; rien n’a été fait",
      "consent.ended": "Ce qui était autorisé a pris fin plus tôt que prévu",
      "consent.withdrawn": "Cela a été arrêté",
      "consent.call_asked": "Un appel a été demandé",
      "act.done": "Quelque chose a été fait",
      "act.failed": "Quelque chose a été tenté sans succès",
      "act.uncertain": "Quelque chose a peut-être été fait ; nous avons vérifié",
      "run.finished": "Notre intervention est terminée",
      "run.cancelled": "Notre intervention a été annulée",
      "contact.added": "Une personne que nous pouvons consulter a été ajoutée",
      "contact.changed": "La façon de joindre quelqu’un a changé",
      "contact.removed": "Une personne n’est plus consultée",
      "contact.erased": "Les données d’une personne ont été effacées",
      "emergency.agreed": "Ce qui peut être fait en urgence a été convenu",
      "emergency.ended": "Plus rien ne peut être fait en urgence",
      "scopes.changed": "Ce que nous pouvons faire sans demander a changé",
      "scopes.ended": "Ce que nous pouvons faire sans demander a pris fin comme convenu",
      "gateway.added": "Un système a été connecté",
      "gateway.removed": "Un système a été déconnecté",
      "gateway.access_withdrawn": "Notre accès a été retiré",
      "ledger.exported": "Ce journal a été copié",
      "ledger.erased": "Des passages de ce journal ont été effacés",
      "site.created": "Nous avons commencé à veiller sur votre maison",
    },
    standing: {
      reach: "Voir si vos systèmes sont joignables",
      view: "Voir l’état de vos appareils",
      diagnose: "Tester sans rien changer",
      fix: "Remettre de petites choses en ordre sans demander à chaque fois",
    },
    erased: "Le texte de cette entrée a été effacé, à la demande d’une personne.",
    byPhone: "Dit au téléphone.",
    byPasskey: "Signé avec une clé d’accès que connaît le boîtier dans votre maison.",
  },
  homeQuestion: {
    subject: (firm) => `${firm} a une question`,
    intro: (technician, firm, home) =>
      `${technician}, de ${firm}, s’occupe de votre maison (${home}) et aimerait savoir :`,
    answerHere: "Vous pouvez répondre ici :",
    allowsNothing:
      "Votre réponse nous informe seulement. Elle n’autorise rien : avant toute action, nous vous demanderons votre accord.",
  },
  saidOnPhone: {
    subject: (firm) => `${firm} : vous avez dit oui au téléphone`,
    hello: (name) => `Bonjour ${name},`,
    text: (technician, firm, home) =>
      `Vous avez dit au téléphone à ${technician}, de ${firm}, que ceci pouvait être fait chez vous (${home}) :`,
    stop: "Si c’est une erreur, ou si vous changez d’avis, ouvrez ce lien et appuyez sur Arrêter. Vous pouvez aussi y suivre ce qui est fait :",
  },
  emergency: {
    agreedSubject: (firm) => `${firm} : ce qui peut être fait chez vous en urgence`,
    agreed: (firm, home, givenBy, atNight) =>
      `À partir de demain, deux personnes de ${firm} peuvent ensemble faire ceci chez vous (${home}) en cas d’urgence, quand personne ne peut être joint à temps ; ${givenBy} l’a accepté par écrit. ${atNight ? "Cela vaut aussi la nuit." : "Pas la nuit."} Nous vous prévenons aussitôt à chaque fois, et vous pouvez tout arrêter. Rien de privé n’en fait jamais partie. Si c’est une erreur, appelez-nous avant.`,
    acts: {
      "integration.reload": "Redémarrer un service",
      "entity.refresh": "Demander son état à un appareil",
      "power.cycle": "Éteindre et rallumer un appareil",
      "power.on": "Allumer un appareil",
      "gateway.restart": "Redémarrer le système de votre maison",
    },
    endedSubject: (firm) => `${firm} : plus rien n’est fait en urgence`,
    ended: (firm, home) =>
      `Ce qui était convenu pour les urgences chez vous (${home}) a pris fin. ${firm} vous demandera votre accord à chaque fois.`,
    usedSubject: (firm) => `${firm} : une action est en cours chez vous en urgence`,
    used: (people, firm, home) =>
      `${people}, de ${firm}, ont décidé sans votre réponse, comme convenu, qu’il s’agit d’une urgence chez vous (${home}).`,
    because: (reason) => `La raison : « ${reason} ».`,
    stop: "Si vous ne le souhaitez pas, ouvrez ce lien et appuyez sur Arrêter. Vous pouvez aussi y suivre ce qui est fait :",
    decided: "Cela a été autorisé en urgence, sans votre réponse.",
  },
  reminder: {
    subject: (firm) => `Rappel : ${firm} attend votre réponse`,
    opening: "Nous vous avons déjà écrit à ce sujet et n’avons pas encore de réponse. C’est le seul rappel.",
  },
  contactChanged: {
    subject: (firm) => `${firm} vous joint désormais d’une autre façon`,
    what: {
      email: "votre adresse électronique",
      phone: "votre numéro de téléphone",
      role: "ce à quoi vous pouvez répondre",
    },
    text: (what, home) =>
      `Dans nos données sur ${home}, ceci a été modifié : ${what}. Pendant les 24 prochaines heures, rien ne peut être autorisé en votre nom. Si c’est une erreur, appelez-nous avant.`,
  },
  contactAdded: {
    subject: (firm) => `${firm} peut désormais aussi s’adresser à quelqu’un d’autre`,
    text: (name, home) =>
      `${name} peut désormais aussi répondre pour ${home}, mais ne peut rien autoriser pendant les 24 prochaines heures. Si c’est une erreur, appelez-nous avant.`,
  },
  contactRemoved: {
    subject: (firm) => `${firm} ne vous demande plus rien`,
    text: (home) =>
      `Vous ne faites plus partie de ceux qui peuvent répondre pour ${home} ; nous ne vous demandons donc plus rien à ce sujet. Si c’est une erreur, appelez-nous.`,
  },
  siteRemoved: {
    subject: (firm) => `${firm} ne s’occupe plus de votre maison`,
    text: (firm, home, days) =>
      `${firm} ne s’occupe plus de ${home} : ce qui nous y reliait est détruit, ce que vous aviez autorisé n’est plus valable, et nous ne vous demandons plus rien à ce sujet. Ce que nous gardons sur votre maison sera effacé dans ${days} jours ; d’ici là, vous pouvez nous en demander une copie. Si c’est une erreur, appelez-nous.`,
  },
  phoneChosen: {
    subject: (firm) => `${firm} peut désormais aussi vous interroger sur votre téléphone`,
    text: (phone, user) =>
      `À partir de demain, nous pourrons aussi vous interroger sur votre téléphone (« ${phone} »), où « ${user} » répond pour vous. Si c’est une erreur, appelez-nous : rien ne peut y être répondu avant demain.`,
  },
  phoneRemoved: {
    subject: (firm) => `${firm} ne vous interroge plus sur votre téléphone`,
    text: (phone) =>
      `Nous ne vous interrogeons plus sur votre téléphone (« ${phone} »). Nos questions arrivent par courriel, comme avant.`,
  },
  message: {
    subject: (firm) => `${firm} souhaite remettre quelque chose en ordre chez vous`,
    hello: (name) => `Bonjour ${name},`,
    intro: (technician, firm, home) =>
      `${technician}, de ${firm}, souhaite intervenir à distance chez vous (${home}) et vous le demande d’abord.`,
    why: "Pourquoi",
    what: "Ce qui serait fait",
    notice: "Ce que vous remarquerez",
    howLong: "Combien de temps",
    minutes: (minutes) => (minutes === 1 ? "Une minute au plus." : `${minutes} minutes au plus.`),
    seen: "Ce que nous voyons",
    undo: "Si cela ne suffit pas",
    ifNoTitle: "Si vous dites non",
    answerHere: "Lisez et répondez ici :",
    button: "Lire et répondre",
    answerBy: (moment) => `Merci de répondre avant le ${moment}. Sans réponse, rien n’est fait.`,
    stop: "Vous pouvez arrêter à tout moment : ouvrez le même lien et appuyez sur Arrêter.",
    questions: (phone) => `Des questions ? Appelez-nous : ${phone}.`,
    code: (code) =>
      `Le journal de votre maison en est à ${code}. Gardez ce message : il prouve ce qui vous a été demandé.`,
    linkIsYours: "Ce lien n’est que pour vous. Merci de ne pas le transmettre.",
  },
};
