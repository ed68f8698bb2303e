import './style.css'

export const metadata = { title: 'omnicache in Next' }

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
