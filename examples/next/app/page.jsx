import { Weather } from './weather.jsx'

const PLACES = [
  { id: 'node', title: 'Node', text: 'A route in Node. With REDIS_URL, memory has a Redis behind it.' },
  { id: 'edge', title: 'Edge', text: 'The same in the edge runtime, from memory.' },
  { id: 'browser', title: 'Browser', text: 'In this page: memory, and IndexedDB, which outlives a reload.' },
]

export default function Page() {
  return (
    <main>
      <h1>One cache, three places</h1>
      <p>The source of the weather takes half a second. Ask twice.</p>
      <div className="places">
        {PLACES.map((place) => (
          <Weather key={place.id} {...place} />
        ))}
      </div>
    </main>
  )
}
