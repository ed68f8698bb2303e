import { CacheError } from '../errors.ts'
import { isName, type ManagerSettings, managerOptions } from './manager-options.ts'
import { didYouMean } from './nearest.ts'
import { presets } from './presets.ts'
import { regionOptions } from './region-options.ts'
import { type Layer, resolve } from './schema.ts'
import type { Host, ManagerOptions, RegionOptions, ResolvedManager, ResolvedRegion } from './types.ts'
import { show } from './units.ts'

/**
 * Reads the options of a manager: checks them, converts them, and fills in what is missing.
 *
 * A region's option comes from the first of: its own options in `regions`; `compression:
 * false` of the manager; its preset; `defaults`; and, for `strict`, the manager's.
 *
 * @param host What holds where no option says anything.
 * @throws CacheError INVALID_OPTION, INVALID_ENCRYPTION_KEY
 */
export function resolveManager(options: ManagerOptions, host: Host): ResolvedManager {
  const { defaults, compression, maxBytes, strict, ...settings } = settingsOf(options)
  const names = new Set([...Object.keys(presets), ...Object.keys(settings.regions)])
  const manager = { defaults, compression, strict: strict ?? !host.production }
  const regions = [...names].map((name) => [name, region(name, settings.regions[name], manager)] as const)
  return { ...settings, maxBytes: maxBytes ?? host.maxBytes, strict: manager.strict, regions: new Map(regions) }
}

/**
 * Reads the options of one region of a manager anew: for a change at run time, `own` being
 * what `mergeRegionOptions` made of the old options and the new ones.
 *
 * @throws CacheError INVALID_OPTION
 */
export function resolveRegion(name: string, own: RegionOptions, options: ManagerOptions, host: Host): ResolvedRegion {
  const { defaults, compression, strict } = settingsOf(options)
  return region(name, own, { defaults, compression, strict: strict ?? !host.production })
}

/** Options with changes on top, nested ones one by one. `undefined` changes nothing. */
export function mergeRegionOptions(base: RegionOptions, changes: RegionOptions): RegionOptions {
  const [l1, l2] = [
    { ...base.l1, ...given(changes.l1) },
    { ...base.l2, ...given(changes.l2) },
  ]
  return { ...base, ...given(changes), l1, l2 }
}

/** Options without those that are `undefined`, which count as not given. */
export function given<T extends object>(options: T | undefined): T {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as T
}

/** The error for a region that there is not. */
export function unknownRegion(name: unknown, known: Iterable<string>): CacheError {
  const names = [...known]
  if (typeof name !== 'string') {
    return new CacheError(
      'UNKNOWN_REGION',
      `The name of a region is missing: it is ${show(name)}; regions: ${names.join(', ')}`,
    )
  }
  const others = `add it to \`regions\`, or use one of: ${names.join(', ')}`
  const hint = isName(name)
    ? didYouMean(name, names) || `; ${others}`
    : `: a call names its region first, then keys or tags; regions: ${names.join(', ')}`
  return new CacheError('UNKNOWN_REGION', `There is no region '${name}'${hint}`, { context: { region: name } })
}

function settingsOf(options: ManagerOptions): ManagerSettings {
  for (const option of Object.keys(Object(options))) {
    if (Object.hasOwn(managerOptions.fields, option) || !Object.hasOwn(regionOptions.fields, option)) continue
    const text = `${option} is an option of regions: give it in \`defaults: { ${option} }\` for all of them, or in \`regions: { name: { ${option} } }\` for one`
    throw new CacheError('INVALID_OPTION', text, { context: { option } })
  }
  return resolve(managerOptions, '', [{ path: '', options }])
}

function region(
  name: string,
  own: unknown,
  { defaults, compression, strict }: { defaults: unknown; compression: boolean; strict: boolean },
): ResolvedRegion {
  const path = `regions.${name}`
  const layers: Layer[] = [
    { path, options: own },
    { path: 'compression', options: compression ? undefined : { compression: false } },
    {
      path: `the preset '${name}'`,
      options: Object.hasOwn(presets, name) ? presets[name as keyof typeof presets] : undefined,
    },
    { path: 'defaults', options: defaults },
    { path: 'strict', options: { strict } },
  ]
  return resolve(regionOptions, path, layers)
}
