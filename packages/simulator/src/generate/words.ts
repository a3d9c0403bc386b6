/** The words that sentences of one language are made of. `{topic}` stands for a word of the question. */
export interface Vocabulary {
  readonly subjects: readonly string[];
  readonly verbs: readonly string[];
  readonly objects: readonly string[];
  readonly openings: readonly string[];
  /** Between words; none in languages that write without. */
  readonly space: string;
  readonly stop: string;
}

/** Languages that answers come in. The sentences are grammatical and say nothing. */
export const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  en: {
    openings: ["In short,", "In practice,", "As a rule,", "For example,", "Most of the time,", "On closer look,"],
    subjects: [
      "{topic}",
      "the idea behind {topic}",
      "a good answer about {topic}",
      "the usual approach",
      "each step",
      "the simplest version",
    ],
    verbs: [
      "depends on",
      "starts with",
      "comes down to",
      "is often confused with",
      "works well with",
      "is limited by",
      "gains from",
    ],
    objects: [
      "a clear goal",
      "the data at hand",
      "small and steady changes",
      "what {topic} is used for",
      "the cost of a mistake",
      "a measured baseline",
      "time and care",
    ],
    space: " ",
    stop: ".",
  },
  de: {
    openings: ["Kurz gesagt:", "In der Praxis:", "Zum Beispiel:", "Genauer betrachtet:"],
    subjects: ["{topic}", "die Idee hinter {topic}", "jeder Schritt", "die übliche Lösung", "ein früher Entwurf"],
    verbs: ["beginnt mit", "hängt ab von", "lebt von", "führt zu", "unterscheidet sich von"],
    objects: [
      "einem klaren Ziel",
      "größeren Zusammenhängen",
      "vielen kleinen Änderungen",
      "sorgfältiger Prüfung",
      "mehr Übersicht",
    ],
    space: " ",
    stop: ".",
  },
  fr: {
    openings: ["En bref,", "En pratique,", "Par exemple,", "À première vue,"],
    subjects: ["{topic}", "l’idée de {topic}", "chaque étape", "la méthode habituelle", "une réponse complète"],
    verbs: ["dépend de", "commence par", "ressemble à", "mène à", "suppose"],
    objects: [
      "quelques données précises",
      "une légère réécriture",
      "un résultat vérifié",
      "des mesures répétées",
      "très peu d’hypothèses",
    ],
    space: " ",
    stop: ".",
  },
  es: {
    openings: ["En resumen,", "En la práctica,", "Por ejemplo,", "Además,"],
    subjects: ["{topic}", "la idea de {topic}", "cada paso", "la solución habitual", "una versión pequeña"],
    verbs: ["depende de", "empieza con", "se parece a", "termina en", "necesita"],
    objects: ["una meta clara", "los datos del año", "cambios pequeños", "más atención", "una señal estable"],
    space: " ",
    stop: ".",
  },
  ja: {
    openings: ["要するに、", "実際には、", "たとえば、", "一般に、"],
    subjects: ["{topic}は", "この考え方は", "各段階は", "簡単な方法は"],
    verbs: ["明確な目標から", "手元のデータに", "小さな変更によって", "測定の結果に"],
    objects: ["始まります", "左右されます", "改善されます", "支えられています"],
    space: "",
    stop: "。",
  },
};

/** Words that say nothing about what a question is about. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a about all also an and any are as at be been but by can could define describe did do does explain for from get give had has have help how " +
    "i if in into is it its just let like list make me more my need no not of on one or our out over please say set should show so some " +
    "tell than that the their them then there these they this to two up us use using value want was we were what when where which who why " +
    "will with would write you your"
  ).split(" "),
);
