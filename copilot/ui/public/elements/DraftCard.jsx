import { useState } from 'react';

// Everything in `props` was written by copilot/ui/draft_card.py. It is drawn as text; nothing here becomes HTML.
// A button sends the draft's id, its version and this person's nonce; all else is read again on the server.

function Tags({ draft }) {
  return (
    <span className="dc-draft-tags">
      <span className={`dc-draft-state dc-draft-${draft.state}`}>{draft.state_name}</span>
      <span className={`dc-draft-risk dc-draft-risk-${draft.risk}`}>{draft.risk} risk</span>
    </span>
  );
}

function Changes({ changes }) {
  return (
    <table className="dc-changes">
      <thead><tr><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
      <tbody>
        {changes.map((change, i) => (
          <tr key={i}>
            <td><b>{change.what}</b><small>{change.record}</small></td>
            <td className={change.before ? '' : 'dc-none'}>{change.before || '–'}</td>
            <td className="dc-after">{change.after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// What whoever asked for it may do with it while nobody decided.
function Own() {
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const { draft_id, version } = props;
  const send = (name) => {
    setBusy(true);
    Promise.resolve(callAction({ name, payload: { draft_id, version } })).finally(() => { setBusy(false); setSent(true); });
  };
  return (
    <div className="dc-decide">
      <span>{props.why_not}</span>
      {sent ? <span>Sent; see below.</span> : (
        <>
          {props.submit ? (
            <button type="button" className="dc-decide-yes" disabled={busy} onClick={() => send('submit_draft')}>
              {busy ? 'One moment …' : props.submit}
            </button>
          ) : null}
          <button type="button" className="dc-decide-quiet" disabled={busy} onClick={() => send('cancel_draft')}>Take it back</button>
        </>
      )}
      <a href={props.page} target="_blank" rel="noopener noreferrer">{props.desk}</a>
    </div>
  );
}

function Decide() {
  const [busy, setBusy] = useState(false);
  const [decided, setDecided] = useState(false);
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const { draft_id, version, nonce } = props;
  const send = (name, more) => {
    setBusy(true);
    Promise.resolve(callAction({ name, payload: { draft_id, version, nonce, ...more } }))
      .finally(() => { setBusy(false); setDecided(true); });
  };
  const page = <a href={props.page} target="_blank" rel="noopener noreferrer">{props.desk}</a>;
  if (decided) return <div className="dc-decide"><span>Sent; see below.</span>{page}</div>;
  if (rejecting) {
    return (
      <form className="dc-decide" onSubmit={(event) => { event.preventDefault(); if (reason.trim()) send('reject_draft', { reason }); }}>
        <input
          aria-label="Why not?" placeholder="Why not? Whoever asked reads this." value={reason} maxLength={2000} autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
        <button type="submit" className="dc-decide-no" disabled={busy || !reason.trim()}>Reject</button>
        <button type="button" className="dc-decide-quiet" onClick={() => setRejecting(false)}>Back</button>
      </form>
    );
  }
  return (
    <div className="dc-decide">
      <button type="button" className="dc-decide-yes" disabled={busy} onClick={() => send('approve_draft')}>
        {busy ? 'One moment …' : props.approve}
      </button>
      <button type="button" className="dc-decide-quiet" disabled={busy} onClick={() => setRejecting(true)}>Reject</button>
      {page}
    </div>
  );
}

function List() {
  return (
    <div className="dc-card dc-draft">
      <section>
        <h3>Drafts</h3>
        <ul className="dc-draft-list">
          {props.list.map((draft) => (
            <li key={draft.draft_id}>
              <a href={draft.page} target="_blank" rel="noopener noreferrer">{draft.summary}</a>
              <small>{draft.requester}{draft.undecided ? `, decide until ${draft.expires}` : ''}</small>
              <Tags draft={draft} />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function One() {
  return (
    <div className="dc-card dc-draft">
      <header className="dc-head">
        <div>
          <p className="dc-draft-kind">Draft: {props.action}</p>
          <h3>{props.summary}</h3>
        </div>
        <Tags draft={props} />
      </header>
      {props.warnings.map((warning, i) => <p key={i} className="dc-note dc-draft-warning">{warning}</p>)}
      {props.reason ? <p className="dc-note">{props.reason}</p> : null}
      <section><Changes changes={props.changes} /></section>
      <section className="dc-draft-more">
        {props.effects.length ? (
          <>
            <h3>What follows</h3>
            <ul>{props.effects.map((effect, i) => <li key={i}>{effect}</li>)}</ul>
          </>
        ) : null}
        {props.clauses.map((clause, i) => (
          <blockquote key={i}>
            “{clause.quote}” {clause.url ? <a href={clause.url} target="_blank" rel="noopener noreferrer">{clause.title}</a> : clause.title}
          </blockquote>
        ))}
        <p><b>To undo:</b> {props.undo}</p>
        <p><b>Who decides:</b> {props.decides}</p>
        <p><b>How it runs:</b> {props.how}</p>
      </section>
      <Foot />
    </div>
  );
}

function Foot() {
  if (props.undecided && props.nonce) return <Decide />;
  if (props.undecided && props.own) return <Own />;
  return (
    <div className="dc-decide">
      <span>{props.undecided ? props.why_not : ''}</span>
      <a href={props.page} target="_blank" rel="noopener noreferrer">{props.desk}</a>
    </div>
  );
}

export default function DraftCard() {
  return props.list ? <List /> : <One />;
}
