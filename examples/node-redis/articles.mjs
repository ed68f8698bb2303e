/** Where articles come from: a database that takes a tenth of a second. */

const articles = new Map(
  Array.from({ length: 20 }, (_, i) => {
    const id = String(i + 1)
    return [
      id,
      { id, author: i % 2 === 0 ? 'ada' : 'grace', title: `Article ${id}`, body: 'Lorem ipsum. '.repeat(200) },
    ]
  }),
)

const slowly = () => new Promise((resolve) => setTimeout(resolve, 100))

export async function loadArticle(id) {
  await slowly()
  return articles.get(id)
}

export async function loadArticlesOf(author) {
  await slowly()
  return [...articles.values()].filter((article) => article.author === author)
}

export async function rename(id, title) {
  await slowly()
  const article = articles.get(id)
  if (article !== undefined) articles.set(id, { ...article, title })
  return article
}
