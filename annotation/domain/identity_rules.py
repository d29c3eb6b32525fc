"""The sentences in which models tell who they are, as patterns: names, and the words that make them one's own.

English is covered best; German, Spanish and French have the same kinds of sentences with the names known here.
"""

from __future__ import annotations

from typing import NamedTuple

MODELS = (
    r"Chat[- ]?GPT(?:[- ]?\d[\w.]*)?(?:[- ](?:Plus|Turbo))?",
    r"(?:Instruct)?GPT[- ]?\d[\w.]*(?:[- ](?:Turbo|Mini|Nano|Vision|Instruct|J|NeoX?))*|GPT[- ](?:J|NeoX?)|GPT",
    r"Claude(?:[- ](?:\d[\w.]*|Instant|Opus|Sonnet|Haiku))*",
    r"(?:Google )?(?:Gemini|Bard)(?:[- ](?:\d[\w.]*|Pro|Ultra|Nano|Flash|Advanced))*",
    r"(?:Code[- ]?)?Llama(?:[- ]?\d[\w.]*)?(?:[- ](?:Chat|Instruct))?",
    r"Mi[sx]tral(?:[- ](?:\d[\w.]*|Large|Medium|Small|Nemo|Instruct))*|Le Chat",
    r"Qwen(?:[- ]?\d[\w.]*|[- ](?:Max|Plus|Turbo|Chat))*|Tongyi(?: Qianwen)?|QwQ",
    r"DeepSeek(?:[- ](?:[VR]\d[\w.]*|Coder|Chat|LLM))*",
    r"Grok(?:[- ]?\d[\w.]*)?|(?:GitHub |Microsoft |Bing )?Copilot|Bing (?:Chat|AI)|Bing|Sydney",
    r"Alpaca|Vicuna|Koala|Falcon(?:[- ]\d[\w.]*)?|Zephyr|Gemma(?:[- ]?\d[\w.]*)?|Phi[- ]\d[\w.]*|OLMo|T[uü]lu",
    r"Command[- ]R\+?|PaLM(?:[- ]?\d)?|LaMDA|Jurassic(?:[- ]\d)?|Pythia|Dolly|StableLM|Open[- ]?Assistant|OpenChat",
    r"(?:Chat)?GLM(?:[- ]?\d[\w.]*)?|ERNIE(?: Bot)?|Wenxin(?: Yiyan)?|Baichuan|InternLM|Kimi|Doubao|MiniMax|Hunyuan",
    r"Nemotron|Granite|Alexa|Siri|Cortana|Replika|Meta AI|Poe|YouChat|HuggingChat",
)
MAKERS = (
    r"OpenAI|Open AI|Anthropic(?: PBC)?|Google(?: DeepMind| AI| Brain| Research)?|DeepMind|Alphabet",
    r"Meta(?: AI| Platforms)?|Facebook(?: AI)?|Microsoft(?: Research)?|Mistral AI|DAMO Academy",
    r"Alibaba(?: Cloud| Group)?",
    r"Baidu|Tencent|ByteDance|Moonshot AI|Zhipu(?: AI)?|Tsinghua(?: University)?|Shanghai AI Lab(?:oratory)?|01\.AI",
    r"xAI|Cohere(?: For AI)?|AI21(?: Labs)?|Databricks|Hugging ?Face|Stability AI|Eleuther ?AI|LMSYS(?: Org)?|Nvidia",
    r"IBM(?: Research)?|Amazon(?: AI| Web Services)?|AWS|Apple|Salesforce|(?:the )?Technology Innovation Institute|TII",
    r"(?:the )?Allen Institute for (?:AI|Artificial Intelligence)|AI2|BigScience|Inflection(?: AI)?|Perplexity(?: AI)?",
    r"Character\.AI|LAION|Nous Research|Stanford(?: University)?|Together(?: AI)?|Huawei|Samsung|Yandex|Sber(?:bank)?",
)
_MODEL = "|".join(MODELS)
KNOWN = "|".join((*MAKERS, *MODELS))
# A name nobody told us: capitalised words, which only some rules are sure enough to take.
_WORD = r"(?-i:[A-ZÀ-ÖØ-Þ][^\s.,;:!?()\"“”«»]+)"
_UNKNOWN = rf"{_WORD}(?: (?:of |for |the |and |& )?{_WORD}){{0,4}}"
_GAP = r"(?:[^\s.,;:!?]+ ){0,4}?"

MADE = (
    r"(?:develop|train|creat|build|built|made|design|program|fine[- ]?tun|engineer|host|operat|power|own)(?:ed|t)?"
    r"(?:,? (?:and|or) [a-z]+)? by"
)
_QUALITY = (
    r"(?:(?:large|big|small|advanced|helpful|friendly|open[- ]source|conversational|generative|virtual|digital|"
    r"multimodal|multilingual|pre-?trained|powerful|harmless|honest|autoregressive|state-of-the-art|new|safe) ){0,3}"
)
_AI_NOUN = r"(?:models?|assistant|chat ?bot|bot|system|program|agent|companion|LLM|software|AI)"
_AI = (
    rf"{_QUALITY}(?:(?:AI|A\.I\.|artificial intelligence|machine learning|(?:large )?language|LLM|GPT|chat|neural)"
    r"(?:[- ](?:based|powered|driven|trained|language|chat|conversational|virtual|text|digital|research))*"
    rf"(?:[- ]{_AI_NOUN})*|chat ?bot|assistant)"
)
# Sure to be a machine and not, say, an AI researcher.
_AI_SURELY = (
    rf"{_QUALITY}(?:(?:AI|artificial intelligence|language|chat|virtual|digital)(?:[- ](?:based|powered|language|chat|"
    r"virtual|digital))*[- ](?:model|assistant|chat ?bot|bot|companion|LLM)|chat ?bot)"
)
_ARTICLE = r"(?:(?:just |only |merely |simply )?(?:an?|the|your) )"
_IAM = r"(?:I am|I['’]m)"
_KI = (
    r"(?:(?:gro(?:ß|ss)e[srnm]?|hilfreiche[srn]?|virtuelle[srn]?|digitale[srn]?) ){0,2}"
    r"(?:(?:KI|AI|K\.I\.)(?:-[a-zäöüß-]+)?|künstliche Intelligenz|(?:KI-)?Sprachmodell|Chatbot|Sprachassistent|"
    r"Assistent)"
    r"(?: (?:Sprachmodell|Modell|Assistent|Chatbot))?"
)
_DONE_DE = r"(?:entwickelt|trainiert|erstellt|geschaffen|programmiert|gebaut|erschaffen)"
_IA_ES = (
    r"(?:modelo(?: grande| extenso)?(?: de (?:lenguaje|IA|inteligencia artificial))*|IA|inteligencia artificial|"
    r"asistente(?: virtual| digital| de IA)?|chatbot)"
)
_DONE_ES = r"(?:desarrollad|cread|entrenad|diseñad|hech|programad)[oa]"
_IA_FR = (
    r"(?:grand )?(?:modèle(?: de langage| de langue| linguistique| d['’](?:IA|intelligence artificielle))*|IA|"
    r"intelligence artificielle|assistante?(?: virtuel(?:le)?| IA| d['’]IA)?|chatbot)"
)
_DONE_FR = r"(?:développé|créé|entraîné|conçu|formé|programmé)e?"
KNOWN_GAP = rf"{_GAP}(?P<name>{KNOWN})"
_SPEAKER = rf"(?P<name>{_MODEL})"

_I = ("i am ", "i'm ", "i’m ")
_NAMED = ("my name", "i go by ", *_I)
_AS = ("as ", "being ", "this is ", "i was ", *_I)
_PASSIVE = ("i was ", "i have been ", "i've been ", "i’ve been ", *_I)
CREATED_ME = ("created me", "trained me", "made me", "developed me", "built me")


class Rule(NamedTuple):
    name: str
    # One of these is in every sentence the pattern fits, in lower case: far cheaper to look for.
    cues: tuple[str, ...]
    # Its group `name` or `unknown` is what gives the writer away.
    pattern: str


RULES = (
    Rule(
        "made_by",
        _AS,
        rf"\b(?:as|being|{_IAM}|I was|this is) {_ARTICLE}{_AI}(?:,? (?:that|which|who))?(?: (?:is|was|has been))?,? "
        rf"{MADE} (?:(?:the )?(?P<unknown>{_UNKNOWN})|{KNOWN_GAP})",
    ),
    Rule("made_by", _AS, rf"\b(?:as|being|{_IAM}) {_ARTICLE}{_AI},? (?:from|of|at) (?P<name>{KNOWN})"),
    Rule(
        "made_by",
        ("als ", "ich bin "),
        rf"\b(?:als|ich bin) (?:ein[a-z]* |das |die |der )?{_KI},? (?:(?:das|die|der|welches) )?(?:{_DONE_DE} )?"
        rf"(?:von|durch) {KNOWN_GAP}",
    ),
    Rule(
        "made_by",
        ("als ", "ich bin "),
        rf"\b(?:als|ich bin ein[a-z]*) (?:von|durch) {KNOWN_GAP} {_DONE_DE}e[srnm]? {_KI}",
    ),
    Rule(
        "made_by",
        ("como ", "soy "),
        rf"\b(?:como|soy) (?:una? |el |la )?{_IA_ES}(?:,? [^\s.;!?]+){{0,4}}? (?:por|de) {KNOWN_GAP}",
    ),
    Rule(
        "made_by",
        ("en tant qu", "je suis ", "comme "),
        rf"\b(?:en tant qu(?:e |['’])|je suis |comme )(?:une? |le )?{_IA_FR}(?:,? [^\s.;!?]+){{0,4}}? "
        rf"(?:par |de |d['’]|chez ){KNOWN_GAP}",
    ),
    Rule(
        "is",
        (
            *_I,
            "call me ",
            *(f"{doing} {to} " for doing in ("talking", "chatting", "speaking") for to in ("to", "with")),
        ),
        rf"\b(?:{_IAM}|call me|you(?: are|['’]re) (?:talking|chatting|speaking) (?:to|with)) "
        r"(?:called |named |known as |the |an? (?:instance|version|variant) of |based on |powered by |running on |"
        rf"built on (?:top of )?){{0,2}}(?P<name>(?:(?:{'|'.join(MAKERS)})['’]s )?(?:{_MODEL}))",
    ),
    Rule("is", ("ich bin ",), rf"\bich bin (?:der |die |das |ein[a-z]* (?:Version|Instanz) von )?{_SPEAKER}"),
    Rule("is", ("soy ",), rf"\bsoy (?:una (?:versión|instancia) de |el )?{_SPEAKER}"),
    Rule("is", ("je suis ",), rf"\bje suis (?:une (?:version|instance) de |le )?{_SPEAKER}"),
    Rule("named", _NAMED, rf"\b(?:my name is|my name['’]s|I go by|{_IAM} called) {_SPEAKER}"),
    Rule(
        "named",
        ("mein name ", "ich hei", "me llamo ", "mi nombre ", "appelle ", "mon nom "),
        rf"\b(?:mein Name ist|ich hei(?:ß|ss)e|me llamo|mi nombre es|je m['’]appelle|mon nom est) {_SPEAKER}",
    ),
    Rule(
        "named",
        _AS,
        rf"\b(?:as|{_IAM}) {_ARTICLE}{_AI},? (?:called|named|known as) "
        rf"(?:(?P<name>{KNOWN})|(?P<unknown>{_UNKNOWN}))",
    ),
    Rule(
        "introduced",
        (*_NAMED, "this is "),
        rf"\b(?:{_IAM}|my name is|this is) (?P<unknown>{_WORD}(?: {_WORD})?),? (?:and )?(?:{_IAM} )?"
        rf"(?:an?|your|the) {_AI_SURELY}",
    ),
    Rule(
        "trained_by",
        _PASSIVE,
        rf"\bI (?:was|am|have been|['’]ve been|was also) (?:[^\s.,;:!?]+ )?{MADE} {KNOWN_GAP}",
    ),
    Rule(
        "trained_by",
        ("my creator", "my developer", "my maker", "my training"),
        rf"\bmy (?:creators?|developers?|makers?|training)(?: is| are| at| by|,)? (?:the )?{KNOWN_GAP}",
    ),
    Rule(
        "trained_by",
        CREATED_ME,
        rf"(?P<name>{KNOWN})(?:,? (?:the [a-z]+ )?(?:that|which|who))? (?:{'|'.join(CREATED_ME)})\b",
    ),
    Rule(
        "trained_by",
        ("ich wurde ", "ich bin "),
        rf"\bich (?:wurde|bin) (?:[^\s.,;:!?]+ ){{0,2}}?(?:von|durch) {KNOWN_GAP}(?: [^\s.,;:!?]+){{0,2}}? {_DONE_DE}",
    ),
    Rule(
        "trained_by",
        ("fui ", "he sido ", "estoy "),
        rf"\b(?:fui|he sido|estoy) (?:[^\s.,;:!?]+ )?{_DONE_ES}(?: y [^\s.,;:!?]+)? por {KNOWN_GAP}",
    ),
    Rule(
        "trained_by",
        ("j'ai été ", "j’ai été "),
        rf"\bj['’]ai été (?:[^\s.,;:!?]+ )?{_DONE_FR}(?: et [^\s.,;:!?]+)? par {KNOWN_GAP}",
    ),
    Rule("belongs_to", _AS, rf"\b(?:{_IAM}|as) (?P<name>{KNOWN})['’]s {_AI}"),
    Rule("as_name", ("as ",), rf"\bas (?:an? )?{_SPEAKER}(?: models?| AI)?, (?:I\b|I['’]m|my\b)"),
)
