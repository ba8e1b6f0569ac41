"""Small files that are right, for tests to break."""

CONLLU = """\
# newdoc id = samples
# sent_id = samples-1
# text = “Don't run!” she said.
1\t“\t“\tPUNCT\t``\t_\t4\tpunct\t_\tSpaceAfter=No
2-3\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tDo\tdo\tAUX\tVB\tMood=Imp\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
4\trun\trun\tVERB\tVB\tVerbForm=Inf\t7\tccomp\t_\tSpaceAfter=No
4.1\taway\taway\tADV\t_\t_\t_\t_\t4:advmod\t_
5\t!”\t!”\tPUNCT\t''\t_\t4\tpunct\t_\t_
6\tshe\tshe\tPRON\tPRP\tPerson=3\t7\tnsubj\t_\t_
7\tsaid\tsay\tVERB\tVBD\tTense=Past\t0\troot\t_\tSpaceAfter=No
8\t.\t.\tPUNCT\t.\t_\t7\tpunct\t_\t_

1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_
"""

CONLLULEX = """\
# sent_id = samples-1
1\tWe\twe\tPRON\tPRP\t_\t2\tnsubj\t_\t_\t_\tPRON\twe\t_\t_\t_\t_\t_\tO-PRON
2\tgave\tgive\tVERB\tVBD\t_\t0\troot\t_\t_\t1:1\tV\tgive up\tv.stative\t_\t_\t_\t_\tB-V
3\tup\tup\tADP\tRP\t_\t2\tcompound:prt\t_\t_\t1:2\t_\t_\t_\t_\t_\t_\t_\tI_
3.1\tgave\tgive\tVERB\t_\t_\t_\t_\t_\t_
4\tin\tin\tADP\tIN\t_\t5\tcase\t_\t_\t_\tP\tin\tp.Time\tp.Locus\t_\t_\t_\tO-P
5\tMay\tMay\tPROPN\tNNP\t_\t2\tobl\t_\t_\t_\tN\tMay\tn.TIME\t_\t_\t_\t_\tO-N

# sent_id = samples-2
1\t\t_\t_\t_\t_\t_\t_\t_\t_\t_\tPUNCT\t_\t_\t_\t_\t_\t_\t_
2\tFine\t_\t_\t_\t_\t_\t_\t_\t_\t_\tADJ\t_\t_\t_\t_\t_\t_\t_

"""

STREUSLE = """\
# sent_id = samples-1
1\tWe\twe\tPRON\tPRP\t_\t2\tnsubj\t_\t_
2\tgave\tgive\tVERB\tVBD\t_\t0\troot\t_\tMWELen=2|MWELemma=give up|Supersense=v.stative
3\tup\tup\tADP\tRP\t_\t2\tcompound:prt\t_\t_
4\tin\tin\tADP\tIN\t_\t5\tcase\t_\tSupersense[coding]=p.Locus|Supersense[scene]=p.Time
5\tMay\tMay\tPROPN\tNNP\t_\t2\tobl\t_\tSupersense=n.TIME

"""

TREC = """\
NUM:date When was the first bridge built ?
LOC:city What city lies at the river 's mouth ?
HUM:ind Who wrote `` Señor Sol '' ?
"""

WORDS = """\
Fine\tADJ
.\tPUNCT

See\tVERB
Señor\tPROPN
#\t_
"""

CSV = """\
id,text,label
1,"A short one, with a comma.",good
2,"Two
lines and a ""word"" in quotes",bad
3,Señor Sol,good
"""

TSV = """\
text\tlabel
"A" short one\tgood
Señor Sol\tbad
"""

JSONL = """\
{"text": "A short one", "label": "good"}
{"text": "Señor Sol", "label": 3}
"""

SAMPLES = {
    "conllu": CONLLU.encode(),
    "conllulex": CONLLULEX.encode(),
    "streusle": STREUSLE.encode(),
    "trec": TREC.encode("iso-8859-1"),
    "words": WORDS.encode(),
    "csv": CSV.encode(),
    "tsv": TSV.encode(),
    "jsonl": JSONL.encode(),
}
