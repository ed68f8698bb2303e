import { managerOptions } from '../../js/config/manager-options.ts'
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

/** The page of all options. */
export function optionsPage(): string {
  return [
    INTRODUCTION,
    '## Manager',
    'What `new CacheManager(options)` takes. `regions` and `defaults` hold options of [regions](#region).',
    table(managerOptions),
    '## Region',
    'What `regions.<name>`, `defaults` and `cache.configure(name, options)` take.',
    table(regionOptions),
    '## MemoryCache',
    'What `new MemoryCache(options)` takes; one of `max` and `maxBytes` at least.',
    table(memoryOptions),
    '',
  ].join('\n\n')
}

function table(options: Parameters<typeof optionRows>[0]): string {
  const rows = optionRows(options).map(({ option, doc, allowed, fallback }) => [
    `\`${option}\``,
    doc,
    SHORT.get(allowed) ?? allowed,
    fallback,
  ])
  const lines = [['option', 'meaning', 'allowed', 'default'], ['---', '---', '---', '---'], ...rows]
  return lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
