export default function SignedOut() {
  return <a className="dc-open" href="/login?ended=1&next=/">Sign in again</a>;
}
