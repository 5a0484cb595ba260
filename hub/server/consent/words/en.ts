import type { HomeownerWords, Thing } from "./words.ts";

const place = (name: string, room: string | null): string => (room === null ? `“${name}”` : `“${name}” (${room})`);

function named({ kind, name, room }: Thing): string {
  if (kind === "integration") return `the service “${name}”`;
  if (kind === "gateway") return `the system that runs your home (“${name}”)`;
  return place(name, room);
}

const powered = (thing: Thing): string =>
  thing.feeds === null ? named(thing) : `${place(thing.feeds.name, thing.feeds.room)} with its switch “${thing.name}”`;

const lasting = (minutes: number): string => (minutes === 1 ? "a minute" : `${minutes} minutes`);

export const en: HomeownerWords = {
  locale: "en-GB",
  acts: {
    "integration.reload": (thing) => `Restart ${named(thing)}.`,
    "entity.refresh": (thing) => `Ask ${named(thing)} how it is.`,
    "entity.exercise": (thing) => `Move ${named(thing)} a little, and put it back.`,
    "room.off": (thing) => `Switch off picture and sound in ${named(thing)}.`,
    "room.select": (thing) => `Switch on picture or sound in ${named(thing)} again.`,
    "macro.run": (thing) => `Carry out what your installer programmed as ${named(thing)}.`,
    "power.cycle": (thing) => `Switch off ${powered(thing)}, and on again.`,
    "power.on": (thing) => `Switch on ${powered(thing)}.`,
    "program.restart": (thing) => `Restart the program behind ${named(thing)}.`,
    "clock.sync": (thing) => `Set the clock of ${named(thing)} right.`,
    "address.renew": (thing) => `Let ${named(thing)} ask the network for its address again.`,
    "identify.start": (thing) => `Let a light on ${named(thing)} blink, to find it.`,
    "identify.stop": () => "Stop the blinking again.",
    "panel.message": () => "Show a short message of ours on the screens.",
    "log.clear": (thing) => `Empty the list of faults that ${named(thing)} keeps, once we have read it.`,
    "gateway.restart": (thing) => `Restart ${named(thing)}.`,
    other: (thing) => `Change something at ${named(thing)}.`,
  },
  atMost: (times) => `At most ${times} times.`,
  nobodyElseLooked: (person) => `${person} wrote this procedure and works alone: nobody else has looked at it.`,
  ill: {
    integration_silent: (name, minutes) =>
      `The service “${name}” has not answered for ${lasting(minutes)}. Our system noticed it by itself.`,
    integration_half_silent: (name, minutes) =>
      `Much of what belongs to the service “${name}” has not answered for ${lasting(minutes)}. Our system noticed it by itself.`,
    integration_not_running: (name, minutes) =>
      `The service “${name}” has not been working for ${lasting(minutes)}. Our system noticed it by itself.`,
  },
  noticeNothing: "You will notice nothing.",
  seen: [
    "Whether your devices answer, and what your system notes about faults.",
    "We do not see or hear anything in your rooms.",
  ],
  seenPrivate: "This concerns something private in your home. It is used for this one purpose only.",
  canBeUndone: (thing) => `If it does not help, ${named(thing)} is put back as it was.`,
  cannotBeUndone: (reason) => `This cannot be undone: ${reason}`,
  ifNo: "Then nothing is done. What does not work now may stay like that, and we look for another way with you.",
  progress: {
    allowed: "You allowed this.",
    begun: (sentence) => `Begun: ${sentence}`,
    sent: "Done. We are checking whether it helped.",
    puttingBack: "Begun: putting it back as it was.",
    isPutBack: "Done. We are checking whether it is as it was.",
    switchedOnAgain: "Switched on again, so that nothing stays off.",
    works: "Checked: it works again.",
    worksNot: "Checked: it does not work yet.",
    notCertain: "We do not know yet what came of it, and are looking.",
    wantsYesAtHome:
      "The box in your home wants your yes as well, and nothing was done yet. Please allow it there: on its page, or in Home Assistant.",
    waitingForHome: "We are waiting until your system answers.",
    stopping: "Stopping: nothing new is begun.",
  },
  seenState: {
    answers: "It answers.",
    answersNot: "It does not answer.",
    unavailable: (count) => (count === 1 ? "One part of it does not answer." : `${count} parts of it do not answer.`),
  },
  outcomes: {
    healthy: "Everything works. Nothing had to be done.",
    found: "We have looked at everything and noted what needs care.",
    fixed: "It works again.",
    not_fixed: "It does not work yet. We will get in touch about what comes next.",
    undone: "It did not help, so it was put back as it was.",
    refused: "Nothing was done.",
    no_answer: "Nothing was done, since there was no answer.",
    needs_homeowner: "Something is needed from you. We will get in touch.",
    needs_visit: "Somebody has to come by. We will get in touch.",
    unclear: "We are not certain what came of it. A technician is looking at it.",
    stoppedAndUndone: "It was put back as it was.",
    stopped: "The work was stopped.",
  },
  grantEnds: {
    starter_left: "What you allowed has ended: whoever asked for it may no longer work for us. Nothing new is begun.",
    link_lost:
      "What you allowed has ended: the link to your home was lost for too long. Nothing new is begun without asking you again.",
    contract_ended: "What you allowed has ended together with our agreement. Nothing new is begun.",
    emergency_ended:
      "What was allowed has ended: your home no longer allows anything as an emergency. Nothing new is begun.",
    hub_went_down:
      "What you allowed has ended: our system failed meanwhile. Nothing new is begun without asking you again.",
    restored:
      "What you allowed has ended: our system was put back to an earlier state. Nothing new is begun without asking you again.",
  },
  atHome: {
    title: (technician, firm) => `${technician} of ${firm} asks you something`,
    allow: "Allow",
    anotherTime: "Another time",
    no: "No",
    seeMail: (code) => `All of it, and how to stop, is in your mail. Record ${code}.`,
    notice: (firm) => `${firm} has a question about your home. Please see your mail.`,
  },
  journal: {
    subject: (firm) => `${firm}: the journal of your home`,
    intro: (firm, home) => `Here is what ${firm} asked, was allowed and did in your home (${home}):`,
    holds: "The link works for seven days, and for one day once it was opened.",
    events: {
      "consent.asked": "You were asked",
      "consent.allowed": "It was allowed",
      "consent.refused": "It was refused",
      "consent.another_time": "Another time was wished",
      "consent.window_agreed": "A time was agreed",
      "consent.emergency": "It was allowed as an emergency by two people of the firm",
      "consent.expired": "Nobody answered in time; nothing was done",
      "consent.ended": "What was allowed ended before its time",
      "consent.withdrawn": "It was stopped",
      "consent.call_asked": "A call was wished",
      "act.done": "Something was done",
      "act.failed": "Something was tried and did not work",
      "act.uncertain": "Something may have been done; we looked into it",
      "run.finished": "Our work ended",
      "run.cancelled": "Our work was called off",
      "contact.added": "Somebody was added whom we may ask",
      "contact.changed": "How we reach somebody was changed",
      "contact.removed": "Somebody is not asked any more",
      "contact.erased": "Somebody was erased from our records",
      "emergency.agreed": "What may be done in an emergency was agreed",
      "emergency.ended": "Nothing may be done as an emergency any more",
      "scopes.changed": "What we may do without asking was changed",
      "scopes.ended": "What we may do without asking came to its agreed end",
      "gateway.added": "A control system was connected",
      "gateway.removed": "A control system was disconnected",
      "gateway.access_withdrawn": "Our access was taken away",
      "ledger.exported": "This record was copied out",
      "ledger.erased": "Words of this record were erased",
      "site.created": "We began to look after your home",
    },
    standing: {
      reach: "See whether your systems are there",
      view: "See the state of your devices",
      diagnose: "Test without changing anything",
      fix: "Put small things right without asking each time",
    },
    erased: "The words of this were erased, as somebody asked.",
    byPhone: "Said on the phone.",
    byPasskey: "Signed with a passkey that the box in your home knows.",
  },
  homeQuestion: {
    subject: (firm) => `${firm} has a question`,
    intro: (technician, firm, home) =>
      `${technician} of ${firm} is looking at your home (${home}) and would like to know:`,
    answerHere: "You can answer here:",
    allowsNothing:
      "Your answer only tells us something. It allows nothing: before anything is done, you are asked for that.",
  },
  saidOnPhone: {
    subject: (firm) => `${firm}: you said yes on the phone`,
    hello: (name) => `Dear ${name},`,
    text: (technician, firm, home) =>
      `You told ${technician} of ${firm} on the phone that this may be done in your home (${home}):`,
    stop: "If that is not right, or you think otherwise now, open this link and press Stop. You can also follow there what is done:",
  },
  emergency: {
    agreedSubject: (firm) => `${firm}: what may be done in your home in an emergency`,
    agreed: (firm, home, givenBy, atNight) =>
      `From tomorrow on two people of ${firm} together may do the following in your home (${home}) in an emergency, when nobody can be asked in time; ${givenBy} agreed to it in writing. ${atNight ? "This holds at night as well." : "Not at night."} You are told at once each time, and can stop it. Nothing private is ever part of it. If that is not right, please call us before then.`,
    acts: {
      "integration.reload": "Restart a service",
      "entity.refresh": "Ask a device how it is",
      "power.cycle": "Switch a device off and on again",
      "power.on": "Switch a device on",
      "gateway.restart": "Restart the system that runs your home",
    },
    endedSubject: (firm) => `${firm}: nothing is done as an emergency any more`,
    ended: (firm, home) =>
      `What was agreed for emergencies in your home (${home}) has ended. ${firm} asks you each time.`,
    usedSubject: (firm) => `${firm}: something is being done in your home as an emergency`,
    used: (people, firm, home) =>
      `${people} of ${firm} decided without your answer that this is an emergency in your home (${home}), as was agreed.`,
    because: (reason) => `The reason: “${reason}”.`,
    stop: "If you do not want it, open this link and press Stop. You can also follow there what is done:",
    decided: "It was allowed as an emergency, without your answer.",
  },
  reminder: {
    subject: (firm) => `Reminder: ${firm} waits for your answer`,
    opening: "We wrote to you about this earlier and have not heard from you yet. This is the only reminder.",
  },
  contactChanged: {
    subject: (firm) => `${firm} has changed how it reaches you`,
    what: { email: "your email address", phone: "your phone number", role: "what you may answer" },
    text: (what, home) =>
      `In our records for ${home} this was changed: ${what}. For the next 24 hours nothing can be allowed in your name. If that is not right, please call us before then.`,
  },
  contactAdded: {
    subject: (firm) => `${firm} can now ask somebody else too`,
    text: (name, home) =>
      `${name} was added to those who may answer for ${home}, and can allow nothing for the next 24 hours. If that is not right, please call us before then.`,
  },
  contactRemoved: {
    subject: (firm) => `${firm} no longer asks you`,
    text: (home) =>
      `You no longer stand among those who may answer for ${home}, so we ask you nothing about it any more. If that is not right, please call us.`,
  },
  siteRemoved: {
    subject: (firm) => `${firm} no longer looks after your home`,
    text: (firm, home, days) =>
      `${firm} no longer looks after ${home}: what connected us to it was destroyed, what you allowed is void, and we ask you nothing about it any more. What is kept of your home is erased ${days} days from now; until then you can ask us for a copy. If that is not right, please call us.`,
  },
  phoneChosen: {
    subject: (firm) => `${firm} can now ask you on your phone`,
    text: (phone, user) =>
      `From tomorrow on we can also ask you on your phone (“${phone}”), where “${user}” answers for you. If that is not right, please call us: nothing can be answered there before tomorrow.`,
  },
  phoneRemoved: {
    subject: (firm) => `${firm} no longer asks you on your phone`,
    text: (phone) => `We no longer ask you on your phone (“${phone}”). You get our questions by mail, as before.`,
  },
  message: {
    subject: (firm) => `${firm} would like to put something right in your home`,
    hello: (name) => `Dear ${name},`,
    intro: (technician, firm, home) =>
      `${technician} of ${firm} would like to do something in your home (${home}) and asks you first.`,
    why: "Why",
    what: "What would be done",
    notice: "What you will notice",
    howLong: "How long",
    minutes: (minutes) => (minutes === 1 ? "At most a minute." : `At most ${minutes} minutes.`),
    seen: "What we see",
    undo: "If it does not help",
    ifNoTitle: "If you say no",
    answerHere: "Read it and answer here:",
    button: "Read and answer",
    answerBy: (moment) => `Please answer before ${moment}. Without an answer nothing is done.`,
    stop: "You can stop it at any moment: open the same link and press Stop.",
    questions: (phone) => `Questions? Call us: ${phone}.`,
    code: (code) => `The record of your home stands at ${code}. Keep this message: it proves what you were asked.`,
    linkIsYours: "The link is for you alone. Please do not pass it on.",
  },
};
