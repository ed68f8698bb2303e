const TITLES = {
  memory: 'What memory is for',
  eviction: 'Who has to leave',
  expiry: 'When it is over',
  tags: 'One change, many pages',
}

const BODY =
  'A cache keeps what was worked for, so that it need not be worked for again. What it keeps it may lose at any time, ' +
  'and nobody is to notice but by the clock. '

/** What the user renamed; a real source would be a server. */
const renamed = JSON.parse(localStorage.getItem('renamed') ?? '{}')

export const IDS = Object.keys(TITLES)

/** An article, from a source that takes its time. */
export async function loadArticle(id) {
  await new Promise((resolve) => setTimeout(resolve, 500))
  const title = renamed[id] ?? TITLES[id]
  return { id, title, body: BODY.repeat(40), loaded: new Date() }
}

export function rename(id, title) {
  renamed[id] = title
  localStorage.setItem('renamed', JSON.stringify(renamed))
}
