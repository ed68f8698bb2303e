import type { Random } from './random.ts'
import { Zipf } from './zipf.ts'

const FUNCTION_WORDS =
  'the of and to a in that is was for it with as on be at by this had not are but from or have an they which one were all their there been has when who will no more if out so up into than them can only other time new some could these two may first then do any like now over such our even most also after'

const STEMS =
  'account act advance answer appear arrange assign attack attend balance bear border branch bridge build burn camp care carry cast center chart claim climb cloud collect colour command compare concern connect consider contain cost count cover craft cross current daylight deal depart design detail develop direct discover doubt draft draw dream drift dust echo edge engine enter estimate express factor field figure final flood follow forest form found frame front gain garden gather glass govern ground group grow guard guide harbour harvest heart hold house improve inform invent island join journey judge labour land last law lead learn letter light limit link listen look machine map mark market matter measure mention method mind mirror model morning mountain move need note number object observe offer open order origin paint paper pattern people picture plain plan plant point power present press print process produce project public quarter question quiet rain reach read reason record region report rest return review river road rule sail school science season second section seem settle shape shore signal silver single sketch sound source south speak spring stand station stone story stream street strong study subject summer supply surface system talk teach tend term theory thread tower town trade train travel treat turn valley value vessel village visit voice wander water weather weigh west wind winter wonder word work world write year'

const ENDINGS = ['', 's', 'ed', 'ing', 'er', 'less', 'ful', 'ward']

const WORDS = [
  ...FUNCTION_WORDS.split(' '),
  ...ENDINGS.flatMap((ending) => STEMS.split(' ').map((stem) => stem + ending)),
]

/** Words occur in natural text about as Zipf's law has it, with an exponent near 1. */
const WORD_FREQUENCY = new Zipf(WORDS.length, 1)

/**
 * `count` words in sentences: it reads like no language, but its word lengths, repetition
 * and punctuation are such that deflate packs a page of it 2 to 3 times, as it does prose.
 */
export function sentences(random: Random, count: number): string {
  const parts: string[] = []
  for (let left = count; left > 0; ) {
    const length = Math.min(left, random.between(6, 19))
    parts.push(sentence(random, length))
    left -= length
  }
  return parts.join(' ')
}

/** A headline of `count` words. */
export function title(random: Random, count: number): string {
  return capitalised(words(random, count).join(' '))
}

function sentence(random: Random, length: number): string {
  const drawn = words(random, length)
  const pause = random.between(3, 12)
  if (pause < length - 2) drawn[pause] += ','
  return `${capitalised(drawn.join(' '))}.`
}

function words(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => WORDS[WORD_FREQUENCY.draw(random) - 1] as string)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
