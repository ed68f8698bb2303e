import { Seeded } from './seeded.ts'

/** JSON as APIs answer it: one shape, values that differ. The same on every machine. */

const FIRST = ['Ada', 'Björn', 'Chidi', 'Dana', 'Emeka', 'Farah', 'Grace', 'Hiro', 'Ines', 'Jonas', 'Kira', 'Luis']
const LAST = ['Okafor', 'Lindqvist', 'Tanaka', 'Moreau', 'Schmidt', 'Novak', 'Haddad', 'Silva', 'Park', 'Reyes']
const CITIES = ['Lagos', 'Malmö', 'Kyoto', 'Lyon', 'Bremen', 'Brno', 'Amman', 'Porto', 'Busan', 'Quito']
const PLANS = ['free', 'starter', 'team', 'business', 'enterprise']
const TAGS = ['beta', 'newsletter', 'invoice', 'trial', 'partner', 'vip', 'churned', 'reseller']

/** A user, of some 300 bytes. */
export function user(random: Seeded): Record<string, unknown> {
  const [first, last] = [random.of(FIRST), random.of(LAST)]
  const id = random.below(10_000_000)
  return {
    id,
    uuid: random.hex(16),
    name: `${first} ${last}`,
    email: `${first}.${last}${random.below(1000)}@example.com`.toLowerCase(),
    city: random.of(CITIES),
    plan: random.of(PLANS),
    active: random.below(10) > 0,
    balance: random.below(1_000_000) / 100,
    createdAt: new Date(1_600_000_000_000 + random.below(200_000_000) * 1000).toISOString(),
    tags: [random.of(TAGS), random.of(TAGS)],
    settings: { theme: random.of(['dark', 'light']), locale: random.of(['en-GB', 'sv-SE', 'ja-JP', 'fr-FR']) },
  }
}

/** So many users, each as a text of its own. */
export function userTexts(count: number, seed: number): string[] {
  const random = new Seeded(seed)
  return Array.from({ length: count }, () => JSON.stringify(user(random)))
}

/** JSON of nearly so many bytes: a page of users. */
export function page(bytes: number, seed: number): Uint8Array {
  const random = new Seeded(seed)
  const users: unknown[] = []
  const text = () => JSON.stringify({ total: 48_211, next: 'cursor:000482', users })
  while (text().length < bytes) users.push(user(random))
  return new TextEncoder().encode(text()).subarray(0, bytes)
}

/** An object whose JSON has 200 bytes. */
export const SMALL_OBJECT = {
  id: 4211,
  name: 'Ada Okafor',
  email: 'ada.okafor@example.com',
  roles: ['admin', 'editor'],
  active: true,
  score: 0.75,
  lastSeen: '2026-01-31T08:00:00.000Z',
  settings: { theme: 'dark', locale: 'en-GB' },
}
