import { callOptions } from '../../js/config/call-options.ts'
import { managerOptions } from '../../js/config/manager-options.ts'
import { readOptions } from '../../js/config/read-options.ts'
import { regionOptions } from '../../js/config/region-options.ts'
import { optionRows } from '../../js/config/schema.ts'
import { BYTES_ALLOWED, DURATION_ALLOWED } from '../../js/config/units.ts'
import { memoryOptions } from '../../js/memory/options.ts'

const INTRODUCTION = `# Options

- A duration is ${DURATION_ALLOWED}.
- A size is ${BYTES_ALLOWED}.

A wrong option is one \`CacheError\` with the code
\`INVALID_OPTION\`, which names the option, its value and what is allowed. \`undefined\` counts as not given.

This page is made from the tables that check the options.`

const SHORT = new Map([
  [DURATION_ALLOWED, 'a duration'],
  [BYTES_ALLOWED, 'a size'],
])

const CALL_OPTIONS = Object.keys(readOptions)
  .map((name) => `\`${name}\``)
  .join(', ')

/** The page of all options. */
export function optionsPage(): string {
  return [
    INTRODUCTION,
    '## Manager',
    'What `new CacheManager(options)` takes. `regions` and `defaults` hold options of [regions](#region). `alerts: false` switches all alerts off, `alerts: { hitRatio: false }` that one; so do the others.',
    table(managerOptions),
    '## Region',
    'What `regions.<name>`, `defaults` and `cache.configure(name, options)` take.',
    table(regionOptions),
    '## Calls',
    `What \`set\`, \`getOrSet\` and their likes take: \`ttl\`, and of ${CALL_OPTIONS} what the call has a use for, as of a [region](#region), whose place they take; besides them`,
    callTable(),
    '`getOrSet` checks them where memory does not answer: a hit there is too short a way to check anything on it.',
    '## MemoryCache',
    'What `new MemoryCache(options)` takes; one of `max` and `maxBytes` at least.',
    table(memoryOptions),
    '',
  ].join('\n\n')
}

function callTable(): string {
  return lines(
    Object.entries(callOptions).map(([name, { doc, allowed, fallback }]) => [`\`${name}\``, doc, allowed, fallback]),
  )
}

function table(options: Parameters<typeof optionRows>[0]): string {
  const rows = optionRows(options).map(({ option, doc, allowed, fallback }) => [
    `\`${option}\``,
    doc,
    SHORT.get(allowed) ?? allowed,
    fallback,
  ])
  return lines(rows)
}

function lines(rows: readonly (readonly string[])[]): string {
  const all = [['option', 'meaning', 'allowed', 'default'], ['---', '---', '---', '---'], ...rows]
  return all.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
