import { useEffect, useState } from 'react';

// One source of an answer in the side panel. It is read when it is opened, so that access is checked at that moment.

function Fields({ rows }) {
  return (
    <dl className="dc-fields">
      {rows.map((row, i) => (
        <div key={i}>
          <dt>{row.label}</dt>
          <dd>
            {row.records ? row.records.map((one, k) => <Fields key={k} rows={one} />) : row.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Fact({ source }) {
  return (
    <>
      <Fields rows={source.fields} />
      <p className="dc-read">Read in Odoo on {source.read}{source.from_recording ? ' (recorded demo)' : ''}</p>
      {source.url ? (
        <a className="dc-open" href={source.url} target="_blank" rel="noopener noreferrer">
          {source.from_recording ? 'Open the record' : 'Open in Odoo'}
        </a>
      ) : null}
    </>
  );
}

function Passage({ source }) {
  const place = [source.section, source.place, source.version ? `version ${source.version}` : ''];
  return (
    <>
      <p className="dc-place">{place.filter(Boolean).join(' · ')}</p>
      {source.scan ? (
        <p className={source.scan_warning ? 'dc-validity dc-warning' : 'dc-place'}>This page was {source.scan}.</p>
      ) : null}
      <p className={source.warning ? 'dc-validity dc-warning' : 'dc-validity'}>{source.validity}</p>
      {source.changed ? (
        <p className="dc-validity dc-warning">The document was changed after this answer; this is what it said.</p>
      ) : null}
      <blockquote className="dc-quote">
        <span>{source.before}</span>
        <mark>{source.quote}</mark>
        <span>{source.after}</span>
      </blockquote>
      {source.url ? (
        <a className="dc-open" href={source.url} target="_blank" rel="noopener noreferrer">
          Open the document at this place
        </a>
      ) : null}
    </>
  );
}

export default function Source() {
  const [state, setState] = useState({ loading: true });
  const address = `/answers/${encodeURIComponent(props.answer_id)}/sources/${encodeURIComponent(props.source_id)}.json`;

  useEffect(() => {
    let gone = false;
    setState({ loading: true });
    fetch(address, { headers: { accept: 'application/json' }, credentials: 'same-origin' })
      .then(async (response) => {
        const body = await response.json();
        if (!gone) setState(response.ok ? { source: body } : { error: body.detail, signIn: response.status === 401 });
      })
      .catch(() => {
        if (!gone) setState({ error: 'The service does not answer. Try again in a moment.' });
      });
    return () => { gone = true; };
  }, [address]);

  if (state.loading) return <p className="dc-read">Opening …</p>;
  if (state.error) {
    return (
      <div className="dc-panel">
        <p className="dc-note">{state.error}</p>
        {state.signIn ? <a className="dc-open" href="/login?next=/">Sign in again</a> : null}
      </div>
    );
  }
  const source = state.source;
  return (
    <article className="dc-panel" data-source={source.id}>
      <p className="dc-kind">{source.type}</p>
      <h2>{source.title}</h2>
      {source.kind === 'document' ? <Passage source={source} /> : <Fact source={source} />}
    </article>
  );
}
