--
-- PostgreSQL database dump
--

\restrict release

-- Dumped from database version 18.4
-- Dumped by pg_dump version 18.4

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: gateway; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA gateway;


--
-- Name: inspection; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA inspection;


--
-- Name: mediation; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA mediation;


--
-- Name: warning; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA warning;


--
-- Name: refuse_change(); Type: FUNCTION; Schema: gateway; Owner: -
--

CREATE FUNCTION gateway.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: accounts; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.accounts (
    id uuid NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    division text NOT NULL,
    grid_cells text[] NOT NULL,
    deputy_cells text[] NOT NULL,
    enabled boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE accounts; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.accounts IS 'Officials who log in with a password; the username is a handle, not the person''s name';


--
-- Name: alembic_version; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: assistance_actions; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.assistance_actions (
    request_id uuid NOT NULL,
    action_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    content_hash text NOT NULL,
    done_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE assistance_actions; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.assistance_actions IS 'What officers did, once per action id';


--
-- Name: assistance_requests; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.assistance_requests (
    id uuid NOT NULL,
    direction text NOT NULL,
    partner_id uuid NOT NULL,
    message_id uuid NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    operation text NOT NULL,
    data_class text NOT NULL,
    jurisdiction text NOT NULL,
    purpose text NOT NULL,
    case_reference text NOT NULL,
    legal_basis text NOT NULL,
    subject text NOT NULL,
    content text NOT NULL,
    reply_by date,
    requested_by text NOT NULL,
    content_sha256 text NOT NULL,
    receipt bytea,
    reason text,
    decided_by text,
    decided_at timestamp with time zone,
    status_sha256 text,
    status_receipt bytea,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_assistance_requests_direction CHECK ((direction = ANY (ARRAY['incoming'::text, 'outgoing'::text])))
);


--
-- Name: TABLE assistance_requests; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.assistance_requests IS 'Requests for assistance in both directions; message_id is the sender''s, unique per partner';


--
-- Name: audit_log; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.audit_log (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    role text,
    action text NOT NULL,
    object text,
    address text,
    correlation_id text NOT NULL,
    outcome text NOT NULL
);


--
-- Name: TABLE audit_log; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.audit_log IS 'Who did or looked at what; a trigger refuses to change or remove a line';


--
-- Name: audit_log_seq_seq; Type: SEQUENCE; Schema: gateway; Owner: -
--

ALTER TABLE gateway.audit_log ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gateway.audit_log_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: clients; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.clients (
    id uuid NOT NULL,
    client_id text NOT NULL,
    secret_sha256 text NOT NULL,
    source text NOT NULL,
    indicators text[] NOT NULL,
    division text NOT NULL,
    enabled boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    session_id uuid DEFAULT gen_random_uuid() NOT NULL
);


--
-- Name: TABLE clients; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.clients IS 'Departments that send signals by machine, each under its own source';


--
-- Name: dead_letters; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.dead_letters (
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    error_class text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    first_failed_at timestamp with time zone NOT NULL,
    last_failed_at timestamp with time zone NOT NULL,
    replayed_at timestamp with time zone,
    replayed_by text,
    partition integer,
    "offset" bigint,
    appended_at timestamp with time zone,
    credential text,
    traceparent text
);


--
-- Name: federation_messages; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.federation_messages (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    partner_id uuid NOT NULL,
    request_id uuid,
    direction text NOT NULL,
    kind text NOT NULL,
    kid text NOT NULL,
    signed bytea NOT NULL,
    signature text NOT NULL,
    body bytea NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL
);


--
-- Name: TABLE federation_messages; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.federation_messages IS 'Every message that was exchanged, with the bytes that were signed; chained by hash, append-only';


--
-- Name: federation_messages_seq_seq; Type: SEQUENCE; Schema: gateway; Owner: -
--

ALTER TABLE gateway.federation_messages ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gateway.federation_messages_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: federation_nonces; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.federation_nonces (
    partner_id uuid NOT NULL,
    nonce text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE federation_nonces; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.federation_nonces IS 'Nonces of messages that were taken, as long as their signatures could still count';


--
-- Name: federation_outgoing; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.federation_outgoing (
    request_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    kind text NOT NULL,
    path text NOT NULL,
    body bytea NOT NULL,
    delivery text NOT NULL,
    attempts integer NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    last_error text
);


--
-- Name: TABLE federation_outgoing; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.federation_outgoing IS 'The message that each request still owes the other side: itself, or its decision';


--
-- Name: inbox; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.inbox (
    event_id uuid NOT NULL,
    type text NOT NULL,
    handled_at timestamp with time zone NOT NULL,
    key text
);


--
-- Name: login_failures; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.login_failures (
    account_key text NOT NULL,
    address text NOT NULL,
    failures integer NOT NULL,
    last_failed_at timestamp with time zone NOT NULL,
    next_allowed_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_login_failures_some CHECK ((failures > 0))
);


--
-- Name: TABLE login_failures; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.login_failures IS 'Failed logins in a row by account (a digest of the name as typed) and address';


--
-- Name: notification_reads; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.notification_reads (
    account_id uuid NOT NULL,
    seq bigint NOT NULL,
    read_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE notification_reads; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.notification_reads IS 'Who has read what; each holder of an office reads for themselves';


--
-- Name: notifications; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.notifications (
    seq bigint NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    addressee text NOT NULL,
    kind text NOT NULL,
    level text,
    subject text NOT NULL,
    subject_id uuid NOT NULL,
    uscc text,
    division text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL
);


--
-- Name: TABLE notifications; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.notifications IS 'What an account or an office is told; no names of people or enterprises';


--
-- Name: notifications_seq_seq; Type: SEQUENCE; Schema: gateway; Owner: -
--

ALTER TABLE gateway.notifications ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gateway.notifications_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: outbox; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.outbox (
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: gateway; Owner: -
--

ALTER TABLE gateway.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gateway.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: partner_grants; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.partner_grants (
    id uuid NOT NULL,
    partner_id uuid NOT NULL,
    operation text NOT NULL,
    data_class text NOT NULL,
    jurisdiction text NOT NULL,
    purpose text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);


--
-- Name: TABLE partner_grants; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.partner_grants IS 'What a partner may ask of us: without a line, nothing';


--
-- Name: partner_keys; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.partner_keys (
    kid text NOT NULL,
    partner_id uuid NOT NULL,
    x text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone
);


--
-- Name: TABLE partner_keys; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.partner_keys IS 'Public Ed25519 keys of partners; several count at once while a key is changed';


--
-- Name: partners; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.partners (
    id uuid NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    fingerprint text NOT NULL,
    status text NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE partners; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.partners IS 'Institutions that messages are exchanged with; the fingerprint was compared by people';


--
-- Name: refresh_tokens; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.refresh_tokens (
    sha256 text NOT NULL,
    session_id uuid NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: TABLE refresh_tokens; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.refresh_tokens IS 'Digests of refresh tokens; each is good once';


--
-- Name: sessions; Type: TABLE; Schema: gateway; Owner: -
--

CREATE TABLE gateway.sessions (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);


--
-- Name: TABLE sessions; Type: COMMENT; Schema: gateway; Owner: -
--

COMMENT ON TABLE gateway.sessions IS 'Logins; a session that has ended is refused at the next request';


--
-- Name: alembic_version; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: calendar_days; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.calendar_days (
    day date NOT NULL,
    working boolean NOT NULL,
    source text NOT NULL
);


--
-- Name: TABLE calendar_days; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.calendar_days IS 'Working-day overrides, e.g. from a State Council notice that the calendar package lacks yet';


--
-- Name: calendar_notices; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.calendar_notices (
    year integer NOT NULL,
    source text NOT NULL
);


--
-- Name: TABLE calendar_notices; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.calendar_notices IS 'Years whose notice was entered in full: their deadlines are no longer provisional';


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE; Schema: inspection; Owner: -
--

CREATE SEQUENCE inspection.calendar_notices_year_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE OWNED BY; Schema: inspection; Owner: -
--

ALTER SEQUENCE inspection.calendar_notices_year_seq OWNED BY inspection.calendar_notices.year;


--
-- Name: case_actions; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.case_actions (
    case_id uuid NOT NULL,
    action_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    content_hash text NOT NULL,
    done_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE case_actions; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.case_actions IS 'Clients'' action ids, so that a repeat has no second effect';


--
-- Name: case_clocks; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.case_clocks (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    article text NOT NULL,
    length integer,
    unit text,
    extension integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    provisional boolean NOT NULL,
    calendar_version text NOT NULL,
    trace_zh text NOT NULL,
    trace_en text NOT NULL,
    met_at timestamp with time zone,
    breached_at timestamp with time zone
);


--
-- Name: TABLE case_clocks; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.case_clocks IS 'Clocks of a case with the rule, the article and why the date is what it is';


--
-- Name: case_history; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.case_history (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    action text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    note text
);


--
-- Name: TABLE case_history; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.case_history IS 'What was done to a case and by whom; append-only';


--
-- Name: cases; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.cases (
    id uuid NOT NULL,
    warning_id uuid NOT NULL,
    referred_version integer NOT NULL,
    level text NOT NULL,
    uscc text NOT NULL,
    enterprise_name text NOT NULL,
    sole_trader boolean NOT NULL,
    division text NOT NULL,
    grid_cell text,
    zone text,
    industry text,
    headcount integer,
    workers integer,
    amount_cny numeric(16,2),
    note text NOT NULL,
    state text NOT NULL,
    officer_ids uuid[] NOT NULL,
    left_officer_ids uuid[] NOT NULL,
    received_at timestamp with time zone NOT NULL,
    filed_at timestamp with time zone,
    extension text,
    extension_asked_by uuid,
    visited_on date,
    finding text,
    findings text,
    found_at timestamp with time zone,
    order_article text,
    order_requirement text,
    order_amount_cny numeric(16,2),
    order_due_at timestamp with time zone,
    ordered_at timestamp with time zone,
    rectification_evidence text,
    rectified_at timestamp with time zone,
    outcome text,
    close_reason text,
    closed_at timestamp with time zone,
    due_at timestamp with time zone,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_cases_officers CHECK (((state = 'received'::text) OR (cardinality(officer_ids) >= 2)))
);


--
-- Name: TABLE cases; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.cases IS 'Cases, one for each referral of a warning';


--
-- Name: dead_letters; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.dead_letters (
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    error_class text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    first_failed_at timestamp with time zone NOT NULL,
    last_failed_at timestamp with time zone NOT NULL,
    replayed_at timestamp with time zone,
    replayed_by text,
    partition integer,
    "offset" bigint,
    appended_at timestamp with time zone,
    credential text,
    traceparent text
);


--
-- Name: inbox; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.inbox (
    event_id uuid NOT NULL,
    type text NOT NULL,
    handled_at timestamp with time zone NOT NULL,
    key text
);


--
-- Name: inspectors; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.inspectors (
    account_id uuid NOT NULL,
    username text NOT NULL,
    division text NOT NULL,
    enabled boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE inspectors; Type: COMMENT; Schema: inspection; Owner: -
--

COMMENT ON TABLE inspection.inspectors IS 'Inspectors as the gateway''s events tell of them';


--
-- Name: outbox; Type: TABLE; Schema: inspection; Owner: -
--

CREATE TABLE inspection.outbox (
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: inspection; Owner: -
--

ALTER TABLE inspection.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME inspection.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: alembic_version; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: calendar_days; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.calendar_days (
    day date NOT NULL,
    working boolean NOT NULL,
    source text NOT NULL
);


--
-- Name: TABLE calendar_days; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.calendar_days IS 'Working-day overrides, e.g. from a State Council notice that the calendar package lacks yet';


--
-- Name: calendar_notices; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.calendar_notices (
    year integer NOT NULL,
    source text NOT NULL
);


--
-- Name: TABLE calendar_notices; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.calendar_notices IS 'Years whose notice was entered in full: their deadlines are no longer provisional';


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE; Schema: mediation; Owner: -
--

CREATE SEQUENCE mediation.calendar_notices_year_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE OWNED BY; Schema: mediation; Owner: -
--

ALTER SEQUENCE mediation.calendar_notices_year_seq OWNED BY mediation.calendar_notices.year;


--
-- Name: case_actions; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.case_actions (
    case_id uuid NOT NULL,
    action_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    content_hash text NOT NULL,
    done_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE case_actions; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.case_actions IS 'Clients'' action ids, so that a repeat has no second effect';


--
-- Name: case_clocks; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.case_clocks (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    rule_id text NOT NULL,
    article text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    provisional boolean NOT NULL,
    calendar_version text NOT NULL,
    trace_zh text NOT NULL,
    trace_en text NOT NULL,
    met_at timestamp with time zone,
    breached_at timestamp with time zone,
    replaced_at timestamp with time zone
);


--
-- Name: TABLE case_clocks; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.case_clocks IS 'Clocks of a case with the rule, the article and why the date is what it is';


--
-- Name: case_history; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.case_history (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    action text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    organisation_id uuid NOT NULL,
    note text
);


--
-- Name: TABLE case_history; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.case_history IS 'What happened to a case, by whom, and whose it then was; append-only';


--
-- Name: cases; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.cases (
    id uuid NOT NULL,
    warning_id uuid NOT NULL,
    hand_over integer NOT NULL,
    uscc text NOT NULL,
    division text NOT NULL,
    enterprise_name text NOT NULL,
    sole_trader boolean NOT NULL,
    level text NOT NULL,
    grid_cell text,
    zone text,
    industry text,
    headcount integer,
    workers integer,
    amount_cny numeric(16,2),
    note text NOT NULL,
    organisation_id uuid NOT NULL,
    tier text NOT NULL,
    rule_id text NOT NULL,
    floor_ids text[] NOT NULL,
    state text NOT NULL,
    mediator_id uuid,
    offered_to uuid,
    offer_reason text,
    offered_at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    due_at timestamp with time zone,
    closed_at timestamp with time zone,
    outcome text,
    deemed boolean NOT NULL,
    reason text,
    agreed_cny numeric(16,2),
    agreed_due_on date,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_cases_closed CHECK (((outcome IS NOT NULL) = (state = 'closed'::text))),
    CONSTRAINT ck_cases_offer CHECK (((state <> 'closed'::text) OR (offered_to IS NULL)))
);


--
-- Name: TABLE cases; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.cases IS 'Cases, each from one hand-over of a warning; an organisation always has it';


--
-- Name: dead_letters; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.dead_letters (
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    error_class text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    first_failed_at timestamp with time zone NOT NULL,
    last_failed_at timestamp with time zone NOT NULL,
    replayed_at timestamp with time zone,
    replayed_by text,
    partition integer,
    "offset" bigint,
    appended_at timestamp with time zone,
    credential text,
    traceparent text
);


--
-- Name: inbox; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.inbox (
    event_id uuid NOT NULL,
    type text NOT NULL,
    handled_at timestamp with time zone NOT NULL,
    key text
);


--
-- Name: mediators; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.mediators (
    account_id uuid NOT NULL,
    username text NOT NULL,
    division text NOT NULL,
    enabled boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE mediators; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.mediators IS 'Mediators as the gateway''s events tell of them';


--
-- Name: organisation_mediators; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.organisation_mediators (
    organisation_id uuid NOT NULL,
    account_id uuid NOT NULL,
    added_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE organisation_mediators; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.organisation_mediators IS 'Which mediators work for which organisation';


--
-- Name: organisations; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.organisations (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    tier text NOT NULL,
    division text NOT NULL,
    grid_cells text[] NOT NULL,
    zone text,
    industry text,
    uscc text,
    enabled boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_organisations_tier CHECK ((tier = ANY (ARRAY['enterprise'::text, 'park'::text, 'town'::text, 'district'::text]))),
    CONSTRAINT ck_organisations_uscc CHECK (((uscc IS NOT NULL) = (tier = 'enterprise'::text)))
);


--
-- Name: TABLE organisations; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.organisations IS 'Mediation organisations of the four tiers, with their jurisdiction';


--
-- Name: outbox; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.outbox (
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: mediation; Owner: -
--

ALTER TABLE mediation.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mediation.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: sessions; Type: TABLE; Schema: mediation; Owner: -
--

CREATE TABLE mediation.sessions (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    number integer NOT NULL,
    held_at timestamp with time zone NOT NULL,
    mediator_id uuid NOT NULL,
    mediator text NOT NULL,
    record text NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE sessions; Type: COMMENT; Schema: mediation; Owner: -
--

COMMENT ON TABLE mediation.sessions IS 'Sessions of a case, as the mediator recorded them';


--
-- Name: absences; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.absences (
    id uuid NOT NULL,
    coordinator_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    reason text NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    CONSTRAINT ck_absences_order CHECK ((ends_on >= starts_on))
);


--
-- Name: TABLE absences; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.absences IS 'When a coordinator gets no new warnings';


--
-- Name: alembic_version; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: assessment_queue; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.assessment_queue (
    seq bigint NOT NULL,
    enterprise_id bigint NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    correlation_id text DEFAULT ''::text NOT NULL,
    traceparent text DEFAULT ''::text NOT NULL
);


--
-- Name: TABLE assessment_queue; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.assessment_queue IS 'Enterprises to assess; rows are appended freely and taken away with the assessment''s commit';


--
-- Name: COLUMN assessment_queue.correlation_id; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON COLUMN warning.assessment_queue.correlation_id IS 'of who asked; empty: nobody in particular';


--
-- Name: COLUMN assessment_queue.traceparent; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON COLUMN warning.assessment_queue.traceparent IS 'where the asking stands in a trace; empty: no trace was kept';


--
-- Name: assessment_queue_seq_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.assessment_queue ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.assessment_queue_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: assessments; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.assessments (
    id uuid NOT NULL,
    enterprise_id bigint NOT NULL,
    assessed_at timestamp with time zone NOT NULL,
    as_of date NOT NULL,
    level text NOT NULL,
    previous_level text NOT NULL,
    rule_level text NOT NULL,
    score double precision,
    corroborated boolean NOT NULL,
    protected boolean NOT NULL,
    pack_version integer NOT NULL,
    model_version text NOT NULL,
    band_id bigint,
    fired jsonb NOT NULL,
    reasons jsonb NOT NULL,
    signal_seqs bigint[] NOT NULL,
    enterprise_facts jsonb NOT NULL,
    registry_version integer DEFAULT 1 NOT NULL
);


--
-- Name: TABLE assessments; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.assessments IS 'Every assessment that changed a level, with its evidence';


--
-- Name: audit_findings; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.audit_findings (
    warning_id uuid NOT NULL,
    problem text NOT NULL,
    found_at timestamp with time zone NOT NULL,
    cleared_at timestamp with time zone
);


--
-- Name: TABLE audit_findings; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.audit_findings IS 'Open warnings that the auditor found without an owner or a next step';


--
-- Name: calendar_days; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.calendar_days (
    day date NOT NULL,
    working boolean NOT NULL,
    source text NOT NULL
);


--
-- Name: TABLE calendar_days; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.calendar_days IS 'Working-day overrides, e.g. from a State Council notice that the calendar package lacks yet';


--
-- Name: calendar_notices; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.calendar_notices (
    year integer NOT NULL,
    source text NOT NULL
);


--
-- Name: TABLE calendar_notices; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.calendar_notices IS 'Years whose notice was entered in full: their deadlines are no longer provisional';


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

CREATE SEQUENCE warning.calendar_notices_year_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE OWNED BY; Schema: warning; Owner: -
--

ALTER SEQUENCE warning.calendar_notices_year_seq OWNED BY warning.calendar_notices.year;


--
-- Name: case_steps; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.case_steps (
    seq bigint NOT NULL,
    uscc text NOT NULL,
    warning_id uuid NOT NULL,
    case_id uuid NOT NULL,
    service text NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    facts jsonb NOT NULL
);


--
-- Name: TABLE case_steps; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.case_steps IS 'Steps of the cases of mediation and inspection, as their events tell of them; append-only';


--
-- Name: case_steps_seq_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.case_steps ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.case_steps_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: coordinators; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.coordinators (
    account_id uuid NOT NULL,
    username text NOT NULL,
    division text NOT NULL,
    grid_cells text[] NOT NULL,
    deputy_cells text[] NOT NULL,
    enabled boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE coordinators; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.coordinators IS 'Grid coordinators as the gateway''s events tell of them';


--
-- Name: dead_letters; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.dead_letters (
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    error_class text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    first_failed_at timestamp with time zone NOT NULL,
    last_failed_at timestamp with time zone NOT NULL,
    replayed_at timestamp with time zone,
    replayed_by text,
    partition integer,
    "offset" bigint,
    appended_at timestamp with time zone,
    credential text,
    traceparent text
);


--
-- Name: enterprise_names; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.enterprise_names (
    id bigint NOT NULL,
    enterprise_id bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    used_from timestamp with time zone NOT NULL,
    used_until timestamp with time zone
);


--
-- Name: TABLE enterprise_names; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.enterprise_names IS 'Every name that an enterprise has had';


--
-- Name: enterprise_names_id_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.enterprise_names ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.enterprise_names_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: enterprise_risk; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.enterprise_risk (
    enterprise_id bigint NOT NULL,
    level text NOT NULL,
    score double precision,
    assessed_at timestamp with time zone NOT NULL,
    assessment_id uuid,
    last_seq bigint NOT NULL,
    model_version text NOT NULL
);


--
-- Name: TABLE enterprise_risk; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.enterprise_risk IS 'The newest assessment of each enterprise';


--
-- Name: enterprises; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.enterprises (
    id bigint NOT NULL,
    uscc text NOT NULL,
    override_reason text,
    name text NOT NULL,
    name_key text NOT NULL,
    registered_division text,
    workplace_division text NOT NULL,
    grid_cell text,
    industry text,
    headcount integer,
    zone text,
    sole_trader boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE enterprises; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.enterprises IS 'Employers by unified social credit code; jurisdiction follows the workplace, never the code';


--
-- Name: enterprises_id_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.enterprises ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.enterprises_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: inbox; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.inbox (
    event_id uuid NOT NULL,
    type text NOT NULL,
    handled_at timestamp with time zone NOT NULL,
    key text
);


--
-- Name: indicators; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.indicators (
    id text NOT NULL,
    "position" integer NOT NULL,
    document jsonb NOT NULL,
    effective_from date NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: TABLE indicators; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.indicators IS 'The indicator registry: a row for each indicator and version; a change adds rows, none is changed';


--
-- Name: intake_streams; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.intake_streams (
    id uuid NOT NULL,
    source text NOT NULL,
    lines_stored bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE intake_streams; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.intake_streams IS 'How far each NDJSON stream was stored, so that a client knows after a lost connection';


--
-- Name: job_marks; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.job_marks (
    job text NOT NULL,
    done_for date NOT NULL,
    done_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE job_marks; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.job_marks IS 'The day for which a daily or monthly job was last done';


--
-- Name: labels; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.labels (
    seq bigint NOT NULL,
    warning_id uuid NOT NULL,
    enterprise_id bigint NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    peak_level text NOT NULL,
    reason_code text NOT NULL,
    risk_was_real boolean,
    assessment_id uuid,
    as_of date NOT NULL,
    rule_ids text[] NOT NULL,
    score double precision,
    signal_seqs bigint[] NOT NULL,
    pack_version integer,
    model_version text,
    enterprise_facts jsonb
);


--
-- Name: TABLE labels; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.labels IS 'What closed warnings taught, with what was known when they were raised; append-only';


--
-- Name: labels_seq_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.labels ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.labels_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: models; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.models (
    version text NOT NULL,
    status text NOT NULL,
    artifact bytea NOT NULL,
    sha256 text NOT NULL,
    metrics jsonb NOT NULL,
    card text NOT NULL,
    trained_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE models; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.models IS 'Trained risk models; at most one is live';


--
-- Name: notices; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.notices (
    id uuid NOT NULL,
    warning_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    role text NOT NULL,
    division text NOT NULL,
    account_id uuid,
    cause text NOT NULL
);


--
-- Name: TABLE notices; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.notices IS 'Who was told of what';


--
-- Name: outbox; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.outbox (
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: outcomes; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.outcomes (
    seq bigint NOT NULL,
    enterprise_id bigint NOT NULL,
    kind text NOT NULL,
    occurred_on date NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE outcomes; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.outcomes IS 'What really happened: the labels that the model learns from';


--
-- Name: outcomes_seq_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.outcomes ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.outcomes_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: rule_packs; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.rule_packs (
    version integer NOT NULL,
    status text NOT NULL,
    effective_from date NOT NULL,
    document jsonb NOT NULL,
    action_id uuid,
    drafted_by text NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    reviewed_by text,
    reviewed_at timestamp with time zone,
    published_by text,
    published_at timestamp with time zone,
    CONSTRAINT ck_rule_packs_second_person CHECK (((reviewed_by IS NULL) OR (reviewed_by <> drafted_by))),
    CONSTRAINT ck_rule_packs_status CHECK ((status = ANY (ARRAY['draft'::text, 'reviewed'::text, 'live'::text, 'retired'::text])))
);


--
-- Name: TABLE rule_packs; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.rule_packs IS 'Rule packs: draft, reviewed by a second person, live from a date';


--
-- Name: rule_packs_version_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

CREATE SEQUENCE warning.rule_packs_version_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: rule_packs_version_seq; Type: SEQUENCE OWNED BY; Schema: warning; Owner: -
--

ALTER SEQUENCE warning.rule_packs_version_seq OWNED BY warning.rule_packs.version;


--
-- Name: score_bands; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.score_bands (
    id bigint NOT NULL,
    effective_from date NOT NULL,
    model_version text NOT NULL,
    watch double precision NOT NULL,
    orange double precision NOT NULL,
    red double precision NOT NULL,
    capacity integer NOT NULL,
    coordinators integer NOT NULL,
    set_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE score_bands; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.score_bands IS 'Score bands as they were set each month from the coordinators'' capacity';


--
-- Name: score_bands_id_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.score_bands ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.score_bands_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: signals; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.signals (
    seq bigint NOT NULL,
    id uuid NOT NULL,
    enterprise_id bigint,
    source text NOT NULL,
    source_ref text,
    signal_key text NOT NULL,
    content_hash text NOT NULL,
    uscc text NOT NULL,
    indicator text NOT NULL,
    series text NOT NULL,
    period text,
    occurred_on date,
    effective_on date NOT NULL,
    amount_cny numeric(16,2),
    months integer,
    workers integer,
    detail jsonb,
    corrects text,
    received_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE signals; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.signals IS 'Immutable signals; enterprise_id stays empty while the enterprise is unknown (held)';


--
-- Name: signals_seq_seq; Type: SEQUENCE; Schema: warning; Owner: -
--

ALTER TABLE warning.signals ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME warning.signals_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: warning_actions; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.warning_actions (
    action_id uuid NOT NULL,
    warning_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    content_hash text NOT NULL,
    done_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE warning_actions; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.warning_actions IS 'Clients'' action ids, so that a repeat has no second effect';


--
-- Name: warning_clocks; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.warning_clocks (
    id uuid NOT NULL,
    warning_id uuid NOT NULL,
    kind text NOT NULL,
    rule_id text NOT NULL,
    article text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    provisional boolean NOT NULL,
    calendar_version text NOT NULL,
    trace_zh text NOT NULL,
    trace_en text NOT NULL,
    met_at timestamp with time zone,
    paused_at timestamp with time zone,
    breached_at timestamp with time zone,
    replaced_at timestamp with time zone,
    escalation_step integer DEFAULT 0 NOT NULL,
    next_escalation_at timestamp with time zone,
    pauses timestamp with time zone[] DEFAULT '{}'::timestamp with time zone[] NOT NULL,
    limit_at timestamp with time zone
);


--
-- Name: TABLE warning_clocks; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.warning_clocks IS 'Clocks of a warning with the rule, the article and why the date is what it is';


--
-- Name: warning_history; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.warning_history (
    id uuid NOT NULL,
    warning_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    action text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    from_level text,
    to_level text NOT NULL,
    note text
);


--
-- Name: TABLE warning_history; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.warning_history IS 'What happened to a warning, by whom; append-only';


--
-- Name: warnings; Type: TABLE; Schema: warning; Owner: -
--

CREATE TABLE warning.warnings (
    id uuid NOT NULL,
    enterprise_id bigint NOT NULL,
    uscc text NOT NULL,
    division text NOT NULL,
    grid_cell text,
    level text NOT NULL,
    peak_level text NOT NULL,
    state text NOT NULL,
    assignee_id uuid,
    queue_division text,
    assignment_reason text,
    handler_ids uuid[] NOT NULL,
    rejected_by uuid[] NOT NULL,
    rule_ids text[] NOT NULL,
    assessment_id uuid,
    double_red boolean NOT NULL,
    escalated_to text,
    raised_at timestamp with time zone NOT NULL,
    lower_since timestamp with time zone,
    due_at timestamp with time zone,
    paused_at timestamp with time zone,
    pause_reason text,
    outcome_at timestamp with time zone,
    outcome_evidence text,
    reason_code text,
    closed_at timestamp with time zone,
    closed_by uuid,
    origin text NOT NULL,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    judged_at timestamp with time zone,
    CONSTRAINT ck_warnings_level CHECK ((level = ANY (ARRAY['orange'::text, 'red'::text]))),
    CONSTRAINT ck_warnings_owned CHECK (((state = ANY (ARRAY['raised'::text, 'closed'::text])) OR (assignee_id IS NOT NULL) OR (queue_division IS NOT NULL)))
);


--
-- Name: TABLE warnings; Type: COMMENT; Schema: warning; Owner: -
--

COMMENT ON TABLE warning.warnings IS 'Warnings; at most one open per enterprise';


--
-- Name: calendar_notices year; Type: DEFAULT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.calendar_notices ALTER COLUMN year SET DEFAULT nextval('inspection.calendar_notices_year_seq'::regclass);


--
-- Name: calendar_notices year; Type: DEFAULT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.calendar_notices ALTER COLUMN year SET DEFAULT nextval('mediation.calendar_notices_year_seq'::regclass);


--
-- Name: calendar_notices year; Type: DEFAULT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.calendar_notices ALTER COLUMN year SET DEFAULT nextval('warning.calendar_notices_year_seq'::regclass);


--
-- Name: rule_packs version; Type: DEFAULT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.rule_packs ALTER COLUMN version SET DEFAULT nextval('warning.rule_packs_version_seq'::regclass);


--
-- Data for Name: accounts; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: gateway; Owner: -
--

INSERT INTO gateway.alembic_version VALUES
	('0006');


--
-- Data for Name: assistance_actions; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: assistance_requests; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: audit_log; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: clients; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: dead_letters; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: federation_messages; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: federation_nonces; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: federation_outgoing; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: login_failures; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: notification_reads; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: notifications; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: outbox; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: partner_grants; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: partner_keys; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: partners; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: refresh_tokens; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: sessions; Type: TABLE DATA; Schema: gateway; Owner: -
--



--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: inspection; Owner: -
--

INSERT INTO inspection.alembic_version VALUES
	('0003');


--
-- Data for Name: calendar_days; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: calendar_notices; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: case_actions; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: case_clocks; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: case_history; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: cases; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: dead_letters; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: inspectors; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: outbox; Type: TABLE DATA; Schema: inspection; Owner: -
--



--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: mediation; Owner: -
--

INSERT INTO mediation.alembic_version VALUES
	('0003');


--
-- Data for Name: calendar_days; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: calendar_notices; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: case_actions; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: case_clocks; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: case_history; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: cases; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: dead_letters; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: mediators; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: organisation_mediators; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: organisations; Type: TABLE DATA; Schema: mediation; Owner: -
--

INSERT INTO mediation.organisations VALUES
	('01a21673-2783-74d7-acd1-90d78062b1d4', 'MED-D-1', '闵行区劳动人事争议联合调解中心', 'district', '310112', '{}', NULL, NULL, NULL, true, '2026-11-26 06:02:55.234053+00');


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: sessions; Type: TABLE DATA; Schema: mediation; Owner: -
--



--
-- Data for Name: absences; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: warning; Owner: -
--

INSERT INTO warning.alembic_version VALUES
	('0007');


--
-- Data for Name: assessment_queue; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: assessments; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: audit_findings; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: calendar_days; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: calendar_notices; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: case_steps; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: coordinators; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: dead_letters; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: enterprise_names; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: enterprise_risk; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: enterprises; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: indicators; Type: TABLE DATA; Schema: warning; Owner: -
--

INSERT INTO warning.indicators VALUES
	('wage_arrears', 0, '{"id": "wage_arrears", "unit": "month", "owner": "hrss", "aspect": null, "detail": [{"name": "principal_unreachable", "type": "boolean", "name_en": "the principal cannot be reached", "name_zh": "法定代表人或负责人失联"}], "fields": ["amount_cny", "months", "workers"], "article": "《劳动合同法》第三十条；《保障农民工工资支付条例》第三十八条", "combine": "latest", "name_en": "wage arrears", "name_zh": "欠薪", "frequency": "monthly", "protective": false, "validity_days": 92, "source_departments": ["hrss", "street"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('social_insurance_arrears', 1, '{"id": "social_insurance_arrears", "unit": "month", "owner": "social_insurance", "aspect": null, "detail": [], "fields": ["amount_cny", "months", "workers"], "article": "《社会保险法》第八十六条", "combine": "latest", "name_en": "social-insurance arrears", "name_zh": "欠缴社会保险费", "frequency": "monthly", "protective": false, "validity_days": 92, "source_departments": ["social_insurance"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('rent_arrears', 2, '{"id": "rent_arrears", "unit": "month", "owner": "park", "aspect": null, "detail": [{"name": "lockout_notice", "type": "boolean", "name_en": "a notice to vacate or lock out was served", "name_zh": "已收到清退或锁门通知"}], "fields": ["amount_cny", "months"], "article": "闵府发〔2021〕15号（预警指标：欠薪、欠保、欠租、劳动关系异动）", "combine": "latest", "name_en": "rent arrears", "name_zh": "欠租", "frequency": "monthly", "protective": false, "validity_days": 92, "source_departments": ["park", "street"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('labour_relations_change', 3, '{"id": "labour_relations_change", "unit": "event", "owner": "hrss", "aspect": "kind", "detail": [{"name": "kind", "type": "choice", "choices": ["headcount_drop", "layoff_plan", "restructuring"], "name_en": "kind of change", "name_zh": "异动类别", "required": true, "choice_names": {"layoff_plan": ["经济性裁员方案", "mass-layoff plan"], "restructuring": ["关停并转迁", "shutdown, suspension, merger, conversion or relocation"], "headcount_drop": ["用工人数下降", "headcount drop"]}}, {"max": 100, "min": 0, "name": "drop_percent", "type": "number", "aspects": ["headcount_drop"], "name_en": "headcount drop over three months (%)", "name_zh": "三个月内用工人数降幅（%）"}, {"name": "mass_layoff_unreported", "type": "boolean", "aspects": ["headcount_drop"], "name_en": "a mass layoff was not reported", "name_zh": "规模裁员未按规定报告"}, {"name": "without_consultation", "type": "boolean", "aspects": ["layoff_plan"], "name_en": "the union or the staff were not consulted", "name_zh": "未听取工会或职工意见"}, {"name": "without_notice", "type": "boolean", "aspects": ["layoff_plan"], "name_en": "no explanation thirty days ahead", "name_zh": "未提前三十日说明情况"}, {"name": "planned", "type": "boolean", "aspects": ["restructuring"], "name_en": "restructuring is planned", "name_zh": "已有关停并转迁计划"}, {"name": "carried_out", "type": "boolean", "aspects": ["restructuring"], "name_en": "restructuring has been carried out", "name_zh": "关停并转迁已实施"}, {"name": "without_settlement", "type": "boolean", "aspects": ["restructuring"], "name_en": "there is no settlement plan for the workers", "name_zh": "无职工安置方案"}], "fields": ["workers"], "article": "《劳动合同法》第四十一条；闵府发〔2021〕15号（劳动关系异动、关停并转迁）", "combine": "latest", "name_en": "abnormal labour-relations change", "name_zh": "劳动关系异动", "frequency": "on_event", "protective": false, "validity_days": 92, "source_departments": ["hrss", "social_insurance", "park", "street"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('power_use_drop', 4, '{"id": "power_use_drop", "unit": "percent", "owner": "utility", "aspect": null, "detail": [{"max": 100, "min": 0, "name": "drop_percent", "type": "number", "name_en": "drop against the same month last year (%)", "name_zh": "同比降幅（%）", "required": true}, {"name": "cut_off", "type": "boolean", "name_en": "power was cut off", "name_zh": "已停电"}], "fields": [], "article": "《保障农民工工资支付条例》第三十八条", "combine": "latest", "name_en": "power-use drop", "name_zh": "用电量下降", "frequency": "monthly", "protective": false, "validity_days": 62, "source_departments": ["utility"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('water_use_drop', 5, '{"id": "water_use_drop", "unit": "percent", "owner": "utility", "aspect": null, "detail": [{"max": 100, "min": 0, "name": "drop_percent", "type": "number", "name_en": "drop against the same month last year (%)", "name_zh": "同比降幅（%）", "required": true}, {"name": "cut_off", "type": "boolean", "name_en": "water was cut off", "name_zh": "已停水"}], "fields": [], "article": "《保障农民工工资支付条例》第三十八条", "combine": "latest", "name_en": "water-use drop", "name_zh": "用水量下降", "frequency": "monthly", "protective": false, "validity_days": 62, "source_departments": ["utility"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('tax_arrears', 6, '{"id": "tax_arrears", "unit": "month", "owner": "tax", "aspect": null, "detail": [], "fields": ["amount_cny", "months"], "article": "《保障农民工工资支付条例》第三十八条", "combine": "latest", "name_en": "tax arrears", "name_zh": "欠税", "frequency": "monthly", "protective": false, "validity_days": 92, "source_departments": ["tax"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('tax_declaration_missed', 7, '{"id": "tax_declaration_missed", "unit": "month", "owner": "tax", "aspect": null, "detail": [], "fields": ["months"], "article": "《保障农民工工资支付条例》第三十八条", "combine": "latest", "name_en": "missed tax declaration", "name_zh": "逾期未申报纳税", "frequency": "monthly", "protective": false, "validity_days": 92, "source_departments": ["tax"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('complaint', 8, '{"id": "complaint", "unit": "case", "owner": "hotline", "aspect": null, "detail": [{"name": "channel", "type": "choice", "choices": ["12345", "12333", "platform"], "name_en": "channel", "name_zh": "受理渠道", "choice_names": {"12333": ["12333人社热线", "12333 HRSS hotline"], "12345": ["12345市民热线", "12345 citizens'' hotline"], "platform": ["网上平台", "online platform"]}}], "fields": ["workers"], "article": "《劳动保障监察条例》第九条", "combine": "count", "name_en": "complaint or tip-off", "name_zh": "投诉举报", "frequency": "on_event", "protective": false, "validity_days": 90, "source_departments": ["hotline"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('arbitration_case', 9, '{"id": "arbitration_case", "unit": "case", "owner": "hrss", "aspect": "kind", "detail": [{"name": "kind", "type": "choice", "choices": ["individual", "collective"], "default": "individual", "name_en": "kind of case", "name_zh": "案件类别", "choice_names": {"collective": ["十人以上集体争议", "collective case of ten workers or more"], "individual": ["个别争议", "individual case"]}}], "fields": ["amount_cny", "workers"], "article": "《劳动争议调解仲裁法》第七条", "combine": "count", "name_en": "arbitration case", "name_zh": "劳动人事争议仲裁案件", "frequency": "on_event", "protective": false, "validity_days": 180, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('court_enforcement', 10, '{"id": "court_enforcement", "unit": "event", "owner": "court", "aspect": null, "detail": [{"name": "dishonest_debtor", "type": "boolean", "name_en": "listed as a dishonest debtor", "name_zh": "列入失信被执行人"}], "fields": ["amount_cny"], "article": "《民事诉讼法》第二百六十六条", "combine": "latest", "name_en": "court enforcement", "name_zh": "法院强制执行", "frequency": "on_event", "protective": false, "validity_days": 365, "source_departments": ["court"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('wage_blacklist', 11, '{"id": "wage_blacklist", "unit": "event", "owner": "hrss", "aspect": null, "detail": [], "fields": ["amount_cny", "workers"], "article": "人力资源和社会保障部令第45号第五条、第十一条", "combine": "latest", "name_en": "wage-arrears joint-punishment list", "name_zh": "拖欠农民工工资失信联合惩戒名单", "frequency": "on_event", "protective": false, "validity_days": 1095, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('licence_change', 12, '{"id": "licence_change", "unit": "event", "owner": "market_regulator", "aspect": null, "detail": [{"name": "change", "type": "choice", "choices": ["legal_representative", "address", "capital_reduction", "other"], "name_en": "what changed", "name_zh": "变更事项", "choice_names": {"other": ["其他", "other"], "address": ["住所变更", "address"], "capital_reduction": ["减资", "capital reduction"], "legal_representative": ["法定代表人变更", "legal representative"]}}, {"name": "deregistration", "type": "boolean", "name_en": "deregistration was applied for", "name_zh": "申请注销登记"}], "fields": [], "article": "《保障农民工工资支付条例》第二十二条", "combine": "count", "name_en": "licence change", "name_zh": "工商登记变更", "frequency": "on_event", "protective": false, "validity_days": 180, "source_departments": ["market_regulator"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('pay_below_minimum', 13, '{"id": "pay_below_minimum", "unit": "worker", "owner": "hrss", "aspect": null, "detail": [], "fields": ["workers"], "article": "《劳动法》第四十八条", "combine": "latest", "name_en": "pay below the minimum wage", "name_zh": "工资低于最低工资标准", "frequency": "on_event", "protective": false, "validity_days": 180, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('excess_overtime', 14, '{"id": "excess_overtime", "unit": "worker", "owner": "hrss", "aspect": null, "detail": [{"max": 744, "min": 36, "name": "hours_per_month", "type": "number", "name_en": "overtime hours a month", "name_zh": "月加班小时数"}], "fields": ["workers"], "article": "《劳动法》第四十一条", "combine": "latest", "name_en": "excess overtime", "name_zh": "超时加班", "frequency": "on_event", "protective": false, "validity_days": 92, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('harmonious_award', 15, '{"id": "harmonious_award", "unit": "event", "owner": "hrss", "aspect": null, "detail": [{"name": "awarded", "type": "boolean", "name_en": "the title is held", "name_zh": "称号有效", "required": true}], "fields": [], "article": "闵府发〔2021〕15号（和谐达标企业）", "combine": "latest", "name_en": "harmonious-labour-relations title", "name_zh": "和谐劳动关系企业", "frequency": "annual", "protective": true, "validity_days": 1095, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('compliance_grade', 16, '{"id": "compliance_grade", "unit": "grade", "owner": "hrss", "aspect": null, "detail": [{"name": "grade_a", "type": "boolean", "name_en": "graded A", "name_zh": "评为A级", "required": true}], "fields": [], "article": "人社部规〔2016〕1号", "combine": "latest", "name_en": "labour-law compliance grade", "name_zh": "劳动保障守法诚信等级", "frequency": "annual", "protective": true, "validity_days": 400, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1),
	('collective_contract', 17, '{"id": "collective_contract", "unit": "event", "owner": "hrss", "aspect": null, "detail": [{"name": "in_force", "type": "boolean", "name_en": "a collective contract is in force", "name_zh": "集体合同有效", "required": true}], "fields": [], "article": "《上海市集体合同条例》第二十五条", "combine": "latest", "name_en": "collective contract", "name_zh": "集体合同", "frequency": "annual", "protective": true, "validity_days": 1095, "source_departments": ["hrss"]}', '2025-01-01', '2026-11-26 06:02:55.137208+00', 1);


--
-- Data for Name: intake_streams; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: job_marks; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: labels; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: models; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: notices; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: outbox; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: outcomes; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: rule_packs; Type: TABLE DATA; Schema: warning; Owner: -
--

INSERT INTO warning.rule_packs VALUES
	(1, 'live', '2025-01-01', '{"rules": [{"id": "wage_arrears_months", "red": [{"op": "ge", "value": 2, "measure": "wage_arrears.months"}, {"all": [{"op": "eq", "value": 1, "measure": "wage_arrears.principal_unreachable"}, {"op": "gt", "value": 0, "measure": "wage_arrears.active"}], "sentence_en": "wages are unpaid and the principal cannot be reached", "sentence_zh": "拖欠工资，且法定代表人或负责人失联"}], "watch": [{"op": "gt", "value": 0, "measure": "wage_arrears.active", "sentence_en": "a pay date has passed without pay", "sentence_zh": "发薪日已过，工资未发放"}], "orange": [{"op": "ge", "value": 1, "measure": "wage_arrears.months"}], "source": "江苏宝应2019（一个月、两个月分级）；深圳宝安2004；平台默认值，可由区人社局调整", "article": "《劳动合同法》第三十条；《保障农民工工资支付条例》第三十八条", "name_en": "months of wage arrears", "name_zh": "欠薪月数", "protective": false, "sentence_en": "wages unpaid for {value} month(s) (threshold {threshold})", "sentence_zh": "拖欠工资 {value} 个月（预警线 {threshold} 个月）"}, {"id": "wage_arrears_workers", "red": [{"op": "ge", "value": 30, "measure": "wage_arrears.workers"}], "watch": [{"op": "ge", "value": 1, "measure": "wage_arrears.workers"}], "orange": [{"op": "ge", "value": 10, "measure": "wage_arrears.workers"}], "source": "宁波海曙2015（十人以上）；平台默认值，可由区人社局调整", "article": "《劳动争议调解仲裁法》第七条（十人以上）", "name_en": "workers with wage arrears", "name_zh": "欠薪人数", "protective": false, "sentence_en": "wages of {value} worker(s) unpaid (threshold {threshold})", "sentence_zh": "拖欠 {value} 名劳动者工资（预警线 {threshold} 人）"}, {"id": "social_ins_arrears_months", "red": [{"op": "ge", "value": 3, "measure": "social_insurance_arrears.months"}], "watch": [{"op": "ge", "value": 1, "measure": "social_insurance_arrears.months"}], "orange": [{"op": "ge", "value": 2, "measure": "social_insurance_arrears.months"}], "source": "平台默认值，可由区人社局调整", "article": "《社会保险法》第八十六条", "name_en": "months of social-insurance arrears", "name_zh": "欠缴社会保险费月数", "protective": false, "sentence_en": "social insurance unpaid for {value} month(s) (threshold {threshold})", "sentence_zh": "欠缴社会保险费 {value} 个月（预警线 {threshold} 个月）"}, {"id": "rent_arrears_months", "red": [{"op": "ge", "value": 3, "measure": "rent_arrears.months"}, {"all": [{"op": "eq", "value": 1, "measure": "rent_arrears.lockout_notice"}, {"op": "gt", "value": 0, "measure": "rent_arrears.active"}], "sentence_en": "rent is unpaid and a notice to vacate or lock out was served", "sentence_zh": "欠租，且已收到清退或锁门通知"}], "watch": [{"op": "ge", "value": 1, "measure": "rent_arrears.months"}], "orange": [{"op": "ge", "value": 2, "measure": "rent_arrears.months"}], "source": "平台默认值，可由区人社局调整", "article": "闵府发〔2021〕15号（欠租）", "name_en": "months of rent arrears", "name_zh": "欠租月数", "protective": false, "sentence_en": "rent unpaid for {value} month(s) (threshold {threshold})", "sentence_zh": "欠租 {value} 个月（预警线 {threshold} 个月）"}, {"id": "headcount_drop_3m", "red": [{"op": "ge", "value": 30, "measure": "labour_relations_change:headcount_drop.drop_percent"}, {"op": "ge", "value": 0.3, "measure": "labour_relations_change:headcount_drop.workers_share", "sentence_en": "headcount fell by {value_percent}% over three months (threshold {threshold_percent}%)", "sentence_zh": "用工人数三个月内减少 {value_percent}%（预警线 {threshold_percent}%）"}, {"all": [{"op": "eq", "value": 1, "measure": "labour_relations_change:headcount_drop.mass_layoff_unreported"}, {"op": "gt", "value": 0, "measure": "labour_relations_change:headcount_drop.active"}], "sentence_en": "a mass layoff was not reported", "sentence_zh": "规模裁员未按规定报告"}], "watch": [{"op": "ge", "value": 10, "measure": "labour_relations_change:headcount_drop.drop_percent"}, {"op": "ge", "value": 0.1, "measure": "labour_relations_change:headcount_drop.workers_share", "sentence_en": "headcount fell by {value_percent}% over three months (threshold {threshold_percent}%)", "sentence_zh": "用工人数三个月内减少 {value_percent}%（预警线 {threshold_percent}%）"}], "orange": [{"op": "ge", "value": 20, "measure": "labour_relations_change:headcount_drop.drop_percent"}, {"op": "ge", "value": 0.2, "measure": "labour_relations_change:headcount_drop.workers_share", "sentence_en": "headcount fell by {value_percent}% over three months (threshold {threshold_percent}%)", "sentence_zh": "用工人数三个月内减少 {value_percent}%（预警线 {threshold_percent}%）"}], "source": "平台默认值，可由区人社局调整", "article": "《劳动合同法》第四十一条", "name_en": "headcount drop over three months", "name_zh": "三个月内用工人数下降", "protective": false, "sentence_en": "headcount fell by {value}% over three months (threshold {threshold}%)", "sentence_zh": "用工人数三个月内下降 {value}%（预警线 {threshold}%）"}, {"id": "layoff_plan", "red": [{"all": [{"op": "ge", "value": 20, "measure": "labour_relations_change:layoff_plan.workers"}, {"op": "eq", "value": 1, "measure": "labour_relations_change:layoff_plan.without_consultation"}], "sentence_en": "a layoff of {value} workers is planned (threshold {threshold}), without consulting the union or the staff", "sentence_zh": "计划裁员 {value} 人（预警线 {threshold} 人），且未听取工会或职工意见"}, {"all": [{"op": "ge", "value": 20, "measure": "labour_relations_change:layoff_plan.workers"}, {"op": "eq", "value": 1, "measure": "labour_relations_change:layoff_plan.without_notice"}], "sentence_en": "a layoff of {value} workers is planned (threshold {threshold}), without the thirty days'' notice", "sentence_zh": "计划裁员 {value} 人（预警线 {threshold} 人），且未提前三十日说明情况"}, {"all": [{"op": "ge", "value": 0.1, "measure": "labour_relations_change:layoff_plan.workers_share"}, {"op": "eq", "value": 1, "measure": "labour_relations_change:layoff_plan.without_consultation"}], "sentence_en": "a layoff of {value_percent}% of the staff is planned (threshold {threshold_percent}%), without consulting the union or the staff", "sentence_zh": "计划裁员占职工 {value_percent}%（预警线 {threshold_percent}%），且未听取工会或职工意见"}, {"all": [{"op": "ge", "value": 0.1, "measure": "labour_relations_change:layoff_plan.workers_share"}, {"op": "eq", "value": 1, "measure": "labour_relations_change:layoff_plan.without_notice"}], "sentence_en": "a layoff of {value_percent}% of the staff is planned (threshold {threshold_percent}%), without the thirty days'' notice", "sentence_zh": "计划裁员占职工 {value_percent}%（预警线 {threshold_percent}%），且未提前三十日说明情况"}], "watch": [], "orange": [{"op": "ge", "value": 20, "measure": "labour_relations_change:layoff_plan.workers"}, {"op": "ge", "value": 0.1, "measure": "labour_relations_change:layoff_plan.workers_share", "sentence_en": "a layoff of {value_percent}% of the staff is planned (threshold {threshold_percent}%)", "sentence_zh": "计划裁员占职工 {value_percent}%（预警线 {threshold_percent}%）"}], "source": "平台默认值，可由区人社局调整", "article": "《劳动合同法》第四十一条（二十人以上或百分之十以上，提前三十日）", "name_en": "mass-layoff plan", "name_zh": "经济性裁员方案", "protective": false, "sentence_en": "a layoff of {value} workers is planned (threshold {threshold})", "sentence_zh": "计划裁员 {value} 人（预警线 {threshold} 人）"}, {"id": "relocation_closure", "red": [{"all": [{"op": "eq", "value": 1, "measure": "labour_relations_change:restructuring.carried_out"}, {"op": "eq", "value": 1, "measure": "labour_relations_change:restructuring.without_settlement"}], "sentence_en": "restructuring was carried out without settling the workers", "sentence_zh": "已实施关停并转迁，职工未获安置"}], "watch": [{"op": "gt", "value": 0, "measure": "labour_relations_change:restructuring.active"}], "orange": [{"all": [{"op": "eq", "value": 1, "measure": "labour_relations_change:restructuring.planned"}, {"op": "eq", "value": 1, "measure": "labour_relations_change:restructuring.without_settlement"}], "sentence_en": "restructuring is planned without a settlement plan for the workers", "sentence_zh": "计划关停并转迁，尚无职工安置方案"}], "source": "平台默认值，可由区人社局调整", "article": "闵府发〔2021〕15号（关停并转迁联合会审）", "name_en": "shutdown, suspension, merger, conversion or relocation", "name_zh": "关停并转迁", "protective": false, "sentence_en": "signs of a shutdown, merger, conversion or relocation", "sentence_zh": "有关停并转迁迹象"}, {"id": "power_drop_yoy", "red": [{"op": "ge", "value": 80, "measure": "power_use_drop.drop_percent"}, {"op": "eq", "value": 1, "measure": "power_use_drop.cut_off", "sentence_en": "power was cut off", "sentence_zh": "已停电"}], "watch": [{"op": "ge", "value": 30, "measure": "power_use_drop.drop_percent"}], "orange": [{"op": "ge", "value": 50, "measure": "power_use_drop.drop_percent"}], "source": "平台默认值，可由区人社局调整", "article": "《保障农民工工资支付条例》第三十八条", "name_en": "power use, drop on last year", "name_zh": "用电同比下降", "protective": false, "sentence_en": "power use fell by {value}% against last year (threshold {threshold}%)", "sentence_zh": "用电量同比下降 {value}%（预警线 {threshold}%）"}, {"id": "water_drop_yoy", "red": [{"op": "ge", "value": 80, "measure": "water_use_drop.drop_percent"}, {"op": "eq", "value": 1, "measure": "water_use_drop.cut_off", "sentence_en": "water was cut off", "sentence_zh": "已停水"}], "watch": [{"op": "ge", "value": 30, "measure": "water_use_drop.drop_percent"}], "orange": [{"op": "ge", "value": 50, "measure": "water_use_drop.drop_percent"}], "source": "平台默认值，可由区人社局调整", "article": "《保障农民工工资支付条例》第三十八条", "name_en": "water use, drop on last year", "name_zh": "用水同比下降", "protective": false, "sentence_en": "water use fell by {value}% against last year (threshold {threshold}%)", "sentence_zh": "用水量同比下降 {value}%（预警线 {threshold}%）"}, {"id": "tax_arrears", "red": [{"op": "ge", "value": 3, "measure": "tax_arrears.months"}], "watch": [{"op": "ge", "value": 1, "measure": "tax_arrears.months"}], "orange": [{"op": "ge", "value": 2, "measure": "tax_arrears.months"}], "source": "平台默认值，可由区人社局调整", "article": "《保障农民工工资支付条例》第三十八条", "name_en": "tax arrears", "name_zh": "欠税", "protective": false, "sentence_en": "taxes unpaid for {value} month(s) (threshold {threshold})", "sentence_zh": "欠税 {value} 个月（预警线 {threshold} 个月）"}, {"id": "tax_decl_missed", "red": [{"op": "ge", "value": 3, "measure": "tax_declaration_missed.months"}], "watch": [{"op": "ge", "value": 1, "measure": "tax_declaration_missed.months"}], "orange": [{"op": "ge", "value": 2, "measure": "tax_declaration_missed.months"}], "source": "平台默认值，可由区人社局调整", "article": "《保障农民工工资支付条例》第三十八条", "name_en": "missed tax declarations", "name_zh": "逾期未申报纳税", "protective": false, "sentence_en": "{value} tax declaration(s) missed (threshold {threshold})", "sentence_zh": "逾期未申报纳税 {value} 期（预警线 {threshold} 期）"}, {"id": "complaints_30d", "red": [{"op": "ge", "value": 3, "measure": "complaint.count_30d"}], "watch": [{"op": "ge", "value": 1, "measure": "complaint.count_30d"}], "orange": [{"op": "ge", "value": 2, "measure": "complaint.count_30d"}], "source": "深圳宝安2004（一个月内三件）；平台默认值，可由区人社局调整", "article": "《劳动保障监察条例》第九条", "name_en": "complaints within 30 days", "name_zh": "三十日内投诉举报", "protective": false, "sentence_en": "{value} complaint(s) within 30 days (threshold {threshold})", "sentence_zh": "三十日内投诉举报 {value} 件（预警线 {threshold} 件）"}, {"id": "arb_cases_90d", "red": [], "watch": [{"op": "ge", "value": 3, "measure": "arbitration_case:individual.count_90d"}], "orange": [{"op": "ge", "value": 5, "measure": "arbitration_case:individual.count_90d"}], "source": "平台默认值，可由区人社局调整", "article": "《劳动争议调解仲裁法》第五条", "name_en": "arbitration cases within 90 days", "name_zh": "九十日内仲裁案件", "protective": false, "sentence_en": "{value} arbitration case(s) within 90 days (threshold {threshold})", "sentence_zh": "九十日内仲裁案件 {value} 件（预警线 {threshold} 件）"}, {"id": "collective_case", "red": [{"op": "ge", "value": 1, "measure": "arbitration_case:collective.count_90d"}, {"op": "ge", "value": 10, "measure": "arbitration_case:individual.workers", "sentence_en": "an arbitration case of {value} workers (collective from {threshold})", "sentence_zh": "仲裁案件涉及 {value} 名劳动者（集体争议线 {threshold} 人）"}], "watch": [], "orange": [], "source": "平台默认值，可由区人社局调整", "article": "《劳动争议调解仲裁法》第七条（十人以上）", "name_en": "collective case of ten workers or more", "name_zh": "十人以上集体争议", "protective": false, "sentence_en": "{value} collective case(s) of ten workers or more within 90 days", "sentence_zh": "九十日内有 {value} 件十人以上集体争议"}, {"id": "enforcement_debtor", "red": [{"all": [{"op": "eq", "value": 1, "measure": "court_enforcement.dishonest_debtor"}, {"op": "gt", "value": 0, "measure": "court_enforcement.active"}], "sentence_en": "listed as a dishonest debtor", "sentence_zh": "列入失信被执行人名单"}], "watch": [], "orange": [{"op": "gt", "value": 0, "measure": "court_enforcement.active"}], "source": "平台默认值，可由区人社局调整", "article": "《民事诉讼法》第二百六十六条", "name_en": "enforcement debtor", "name_zh": "被执行人", "protective": false, "sentence_en": "a court enforcement case is open", "sentence_zh": "有法院强制执行案件"}, {"id": "blacklist", "red": [{"op": "gt", "value": 0, "measure": "wage_blacklist.active"}], "watch": [], "orange": [], "source": "平台默认值，可由区人社局调整", "article": "人力资源和社会保障部令第45号第五条", "name_en": "wage-arrears joint-punishment list", "name_zh": "欠薪失信联合惩戒名单", "protective": false, "sentence_en": "on the joint-punishment list for wage arrears", "sentence_zh": "列入拖欠农民工工资失信联合惩戒名单"}, {"id": "licence_change", "red": [{"all": [{"op": "eq", "value": 1, "measure": "licence_change.deregistration"}, {"op": "gt", "value": 0, "measure": "wage_arrears.active"}], "sentence_en": "deregistration was applied for while wages are unpaid", "sentence_zh": "申请注销登记，但仍欠工资"}, {"all": [{"op": "eq", "value": 1, "measure": "licence_change.deregistration"}, {"op": "gt", "value": 0, "measure": "social_insurance_arrears.active"}], "sentence_en": "deregistration was applied for while social insurance is unpaid", "sentence_zh": "申请注销登记，但仍欠社会保险费"}, {"all": [{"op": "eq", "value": 1, "measure": "licence_change.deregistration"}, {"op": "gt", "value": 0, "measure": "rent_arrears.active"}], "sentence_en": "deregistration was applied for while rent is unpaid", "sentence_zh": "申请注销登记，但仍欠租金"}, {"all": [{"op": "eq", "value": 1, "measure": "licence_change.deregistration"}, {"op": "gt", "value": 0, "measure": "tax_arrears.active"}], "sentence_en": "deregistration was applied for while taxes are unpaid", "sentence_zh": "申请注销登记，但仍欠税款"}], "watch": [{"op": "ge", "value": 1, "measure": "licence_change.count_180d"}], "orange": [{"op": "ge", "value": 2, "measure": "licence_change.count_180d"}], "source": "平台默认值，可由区人社局调整", "article": "《保障农民工工资支付条例》第二十二条（注销前清偿）", "name_en": "licence change", "name_zh": "工商登记变更", "protective": false, "sentence_en": "{value} licence change(s) within six months (threshold {threshold})", "sentence_zh": "六个月内工商登记变更 {value} 次（预警线 {threshold} 次）"}, {"id": "below_min_wage", "red": [{"op": "ge", "value": 10, "measure": "pay_below_minimum.workers", "sentence_en": "{value} workers are paid below the minimum wage (threshold {threshold})", "sentence_zh": "{value} 名劳动者工资低于最低工资标准（预警线 {threshold} 人）"}], "watch": [], "orange": [{"op": "gt", "value": 0, "measure": "pay_below_minimum.active"}], "source": "深圳宝安2004；平台默认值，可由区人社局调整", "article": "《劳动法》第四十八条", "name_en": "pay below the minimum wage", "name_zh": "工资低于最低工资标准", "protective": false, "sentence_en": "pay is below the minimum wage", "sentence_zh": "支付的工资低于最低工资标准"}, {"id": "overtime_gt_36h_month", "red": [{"op": "ge", "value": 10, "measure": "excess_overtime.workers", "sentence_en": "{value} workers exceed 36 hours of overtime a month (threshold {threshold})", "sentence_zh": "{value} 名劳动者月加班超过36小时（预警线 {threshold} 人）"}], "watch": [], "orange": [{"op": "gt", "value": 0, "measure": "excess_overtime.active"}], "source": "平台默认值，可由区人社局调整", "article": "《劳动法》第四十一条", "name_en": "overtime beyond 36 hours a month", "name_zh": "月加班超过36小时", "protective": false, "sentence_en": "overtime beyond 36 hours a month", "sentence_zh": "月加班超过36小时"}, {"id": "protective", "when": [{"op": "eq", "value": 1, "measure": "harmonious_award.awarded", "sentence_en": "holds the harmonious-labour-relations title", "sentence_zh": "获和谐劳动关系企业称号"}, {"op": "eq", "value": 1, "measure": "compliance_grade.grade_a", "sentence_en": "labour-law compliance grade A", "sentence_zh": "劳动保障守法诚信等级为A级"}, {"op": "eq", "value": 1, "measure": "collective_contract.in_force", "sentence_en": "a collective contract is in force", "sentence_zh": "集体合同有效"}], "source": "可降低评分产生的级别，不影响任何规则；平台默认值，可由区人社局调整", "article": "人社部规〔2016〕1号；《上海市集体合同条例》", "name_en": "protective factors", "name_zh": "保护性因素", "protective": true, "sentence_en": "a protective factor applies", "sentence_zh": "有保护性因素"}], "source": "平台默认建议；上海市及闵行区未公布分级阈值，上线前由区人社局逐条确认", "version": 1, "title_en": "Default rule pack for labour-dispute early warning, Minhang District", "title_zh": "闵行区劳资矛盾预警默认规则包", "effective_from": "2025-01-01"}', NULL, 'release', '2026-11-26 06:02:55.137208+00', 'default', NULL, 'release', '2026-11-26 06:02:55.137208+00');


--
-- Data for Name: score_bands; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: signals; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: warning_actions; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: warning_clocks; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: warning_history; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Data for Name: warnings; Type: TABLE DATA; Schema: warning; Owner: -
--



--
-- Name: audit_log_seq_seq; Type: SEQUENCE SET; Schema: gateway; Owner: -
--

SELECT pg_catalog.setval('gateway.audit_log_seq_seq', 1, false);


--
-- Name: federation_messages_seq_seq; Type: SEQUENCE SET; Schema: gateway; Owner: -
--

SELECT pg_catalog.setval('gateway.federation_messages_seq_seq', 1, false);


--
-- Name: notifications_seq_seq; Type: SEQUENCE SET; Schema: gateway; Owner: -
--

SELECT pg_catalog.setval('gateway.notifications_seq_seq', 1, false);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: gateway; Owner: -
--

SELECT pg_catalog.setval('gateway.outbox_seq_seq', 1, false);


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE SET; Schema: inspection; Owner: -
--

SELECT pg_catalog.setval('inspection.calendar_notices_year_seq', 1, false);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: inspection; Owner: -
--

SELECT pg_catalog.setval('inspection.outbox_seq_seq', 1, false);


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE SET; Schema: mediation; Owner: -
--

SELECT pg_catalog.setval('mediation.calendar_notices_year_seq', 1, false);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: mediation; Owner: -
--

SELECT pg_catalog.setval('mediation.outbox_seq_seq', 1, false);


--
-- Name: assessment_queue_seq_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.assessment_queue_seq_seq', 1, false);


--
-- Name: calendar_notices_year_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.calendar_notices_year_seq', 1, false);


--
-- Name: case_steps_seq_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.case_steps_seq_seq', 1, false);


--
-- Name: enterprise_names_id_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.enterprise_names_id_seq', 1, false);


--
-- Name: enterprises_id_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.enterprises_id_seq', 1, false);


--
-- Name: labels_seq_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.labels_seq_seq', 1, false);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.outbox_seq_seq', 1, false);


--
-- Name: outcomes_seq_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.outcomes_seq_seq', 1, false);


--
-- Name: rule_packs_version_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.rule_packs_version_seq', 1, false);


--
-- Name: score_bands_id_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.score_bands_id_seq', 1, false);


--
-- Name: signals_seq_seq; Type: SEQUENCE SET; Schema: warning; Owner: -
--

SELECT pg_catalog.setval('warning.signals_seq_seq', 1, false);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: accounts pk_accounts; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (id);


--
-- Name: assistance_actions pk_assistance_actions; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.assistance_actions
    ADD CONSTRAINT pk_assistance_actions PRIMARY KEY (action_id);


--
-- Name: assistance_requests pk_assistance_requests; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.assistance_requests
    ADD CONSTRAINT pk_assistance_requests PRIMARY KEY (id);


--
-- Name: audit_log pk_audit_log; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.audit_log
    ADD CONSTRAINT pk_audit_log PRIMARY KEY (seq);


--
-- Name: clients pk_clients; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.clients
    ADD CONSTRAINT pk_clients PRIMARY KEY (id);


--
-- Name: dead_letters pk_dead_letters; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.dead_letters
    ADD CONSTRAINT pk_dead_letters PRIMARY KEY (event_id);


--
-- Name: federation_messages pk_federation_messages; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_messages
    ADD CONSTRAINT pk_federation_messages PRIMARY KEY (seq);


--
-- Name: federation_nonces pk_federation_nonces; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_nonces
    ADD CONSTRAINT pk_federation_nonces PRIMARY KEY (partner_id, nonce);


--
-- Name: federation_outgoing pk_federation_outgoing; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_outgoing
    ADD CONSTRAINT pk_federation_outgoing PRIMARY KEY (request_id);


--
-- Name: inbox pk_inbox; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);


--
-- Name: login_failures pk_login_failures; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.login_failures
    ADD CONSTRAINT pk_login_failures PRIMARY KEY (account_key, address);


--
-- Name: notification_reads pk_notification_reads; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.notification_reads
    ADD CONSTRAINT pk_notification_reads PRIMARY KEY (account_id, seq);


--
-- Name: notifications pk_notifications; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.notifications
    ADD CONSTRAINT pk_notifications PRIMARY KEY (seq);


--
-- Name: outbox pk_outbox; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (seq);


--
-- Name: partner_grants pk_partner_grants; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partner_grants
    ADD CONSTRAINT pk_partner_grants PRIMARY KEY (id);


--
-- Name: partner_keys pk_partner_keys; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partner_keys
    ADD CONSTRAINT pk_partner_keys PRIMARY KEY (kid);


--
-- Name: partners pk_partners; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partners
    ADD CONSTRAINT pk_partners PRIMARY KEY (id);


--
-- Name: refresh_tokens pk_refresh_tokens; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.refresh_tokens
    ADD CONSTRAINT pk_refresh_tokens PRIMARY KEY (sha256);


--
-- Name: sessions pk_sessions; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (id);


--
-- Name: accounts uq_accounts_username; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.accounts
    ADD CONSTRAINT uq_accounts_username UNIQUE (username);


--
-- Name: assistance_requests uq_assistance_requests_partner_id_direction_message_id; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.assistance_requests
    ADD CONSTRAINT uq_assistance_requests_partner_id_direction_message_id UNIQUE (partner_id, direction, message_id);


--
-- Name: clients uq_clients_client_id; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.clients
    ADD CONSTRAINT uq_clients_client_id UNIQUE (client_id);


--
-- Name: clients uq_clients_session_id; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.clients
    ADD CONSTRAINT uq_clients_session_id UNIQUE (session_id);


--
-- Name: clients uq_clients_source; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.clients
    ADD CONSTRAINT uq_clients_source UNIQUE (source);


--
-- Name: federation_messages uq_federation_messages_hash; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_messages
    ADD CONSTRAINT uq_federation_messages_hash UNIQUE (hash);


--
-- Name: notifications uq_notifications_id; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.notifications
    ADD CONSTRAINT uq_notifications_id UNIQUE (id);


--
-- Name: outbox uq_outbox_event_id; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.outbox
    ADD CONSTRAINT uq_outbox_event_id UNIQUE (event_id);


--
-- Name: partners uq_partners_base_url; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partners
    ADD CONSTRAINT uq_partners_base_url UNIQUE (base_url);


--
-- Name: partners uq_partners_name; Type: CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partners
    ADD CONSTRAINT uq_partners_name UNIQUE (name);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: calendar_days pk_calendar_days; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.calendar_days
    ADD CONSTRAINT pk_calendar_days PRIMARY KEY (day);


--
-- Name: calendar_notices pk_calendar_notices; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.calendar_notices
    ADD CONSTRAINT pk_calendar_notices PRIMARY KEY (year);


--
-- Name: case_actions pk_case_actions; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_actions
    ADD CONSTRAINT pk_case_actions PRIMARY KEY (action_id);


--
-- Name: case_clocks pk_case_clocks; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_clocks
    ADD CONSTRAINT pk_case_clocks PRIMARY KEY (id);


--
-- Name: case_history pk_case_history; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_history
    ADD CONSTRAINT pk_case_history PRIMARY KEY (id);


--
-- Name: cases pk_cases; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.cases
    ADD CONSTRAINT pk_cases PRIMARY KEY (id);


--
-- Name: dead_letters pk_dead_letters; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.dead_letters
    ADD CONSTRAINT pk_dead_letters PRIMARY KEY (event_id);


--
-- Name: inbox pk_inbox; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);


--
-- Name: inspectors pk_inspectors; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.inspectors
    ADD CONSTRAINT pk_inspectors PRIMARY KEY (account_id);


--
-- Name: outbox pk_outbox; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (seq);


--
-- Name: case_clocks uq_case_clocks_kind; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_clocks
    ADD CONSTRAINT uq_case_clocks_kind UNIQUE (case_id, kind);


--
-- Name: cases uq_cases_referral; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.cases
    ADD CONSTRAINT uq_cases_referral UNIQUE (warning_id, referred_version);


--
-- Name: outbox uq_outbox_event_id; Type: CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.outbox
    ADD CONSTRAINT uq_outbox_event_id UNIQUE (event_id);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: calendar_days pk_calendar_days; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.calendar_days
    ADD CONSTRAINT pk_calendar_days PRIMARY KEY (day);


--
-- Name: calendar_notices pk_calendar_notices; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.calendar_notices
    ADD CONSTRAINT pk_calendar_notices PRIMARY KEY (year);


--
-- Name: case_actions pk_case_actions; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.case_actions
    ADD CONSTRAINT pk_case_actions PRIMARY KEY (action_id);


--
-- Name: case_clocks pk_case_clocks; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.case_clocks
    ADD CONSTRAINT pk_case_clocks PRIMARY KEY (id);


--
-- Name: case_history pk_case_history; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.case_history
    ADD CONSTRAINT pk_case_history PRIMARY KEY (id);


--
-- Name: cases pk_cases; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.cases
    ADD CONSTRAINT pk_cases PRIMARY KEY (id);


--
-- Name: dead_letters pk_dead_letters; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.dead_letters
    ADD CONSTRAINT pk_dead_letters PRIMARY KEY (event_id);


--
-- Name: inbox pk_inbox; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);


--
-- Name: mediators pk_mediators; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.mediators
    ADD CONSTRAINT pk_mediators PRIMARY KEY (account_id);


--
-- Name: organisation_mediators pk_organisation_mediators; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.organisation_mediators
    ADD CONSTRAINT pk_organisation_mediators PRIMARY KEY (organisation_id, account_id);


--
-- Name: organisations pk_organisations; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.organisations
    ADD CONSTRAINT pk_organisations PRIMARY KEY (id);


--
-- Name: outbox pk_outbox; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (seq);


--
-- Name: sessions pk_sessions; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (id);


--
-- Name: cases uq_cases_hand_over; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.cases
    ADD CONSTRAINT uq_cases_hand_over UNIQUE (warning_id, hand_over);


--
-- Name: mediators uq_mediators_username; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.mediators
    ADD CONSTRAINT uq_mediators_username UNIQUE (username);


--
-- Name: organisations uq_organisations_code; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.organisations
    ADD CONSTRAINT uq_organisations_code UNIQUE (code);


--
-- Name: outbox uq_outbox_event_id; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.outbox
    ADD CONSTRAINT uq_outbox_event_id UNIQUE (event_id);


--
-- Name: sessions uq_sessions_number; Type: CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.sessions
    ADD CONSTRAINT uq_sessions_number UNIQUE (case_id, number);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: absences pk_absences; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.absences
    ADD CONSTRAINT pk_absences PRIMARY KEY (id);


--
-- Name: assessment_queue pk_assessment_queue; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.assessment_queue
    ADD CONSTRAINT pk_assessment_queue PRIMARY KEY (seq);


--
-- Name: assessments pk_assessments; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.assessments
    ADD CONSTRAINT pk_assessments PRIMARY KEY (id);


--
-- Name: calendar_days pk_calendar_days; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.calendar_days
    ADD CONSTRAINT pk_calendar_days PRIMARY KEY (day);


--
-- Name: calendar_notices pk_calendar_notices; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.calendar_notices
    ADD CONSTRAINT pk_calendar_notices PRIMARY KEY (year);


--
-- Name: case_steps pk_case_steps; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.case_steps
    ADD CONSTRAINT pk_case_steps PRIMARY KEY (seq);


--
-- Name: coordinators pk_coordinators; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.coordinators
    ADD CONSTRAINT pk_coordinators PRIMARY KEY (account_id);


--
-- Name: dead_letters pk_dead_letters; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.dead_letters
    ADD CONSTRAINT pk_dead_letters PRIMARY KEY (event_id);


--
-- Name: enterprise_names pk_enterprise_names; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.enterprise_names
    ADD CONSTRAINT pk_enterprise_names PRIMARY KEY (id);


--
-- Name: enterprise_risk pk_enterprise_risk; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.enterprise_risk
    ADD CONSTRAINT pk_enterprise_risk PRIMARY KEY (enterprise_id);


--
-- Name: enterprises pk_enterprises; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.enterprises
    ADD CONSTRAINT pk_enterprises PRIMARY KEY (id);


--
-- Name: inbox pk_inbox; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);


--
-- Name: indicators pk_indicators; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.indicators
    ADD CONSTRAINT pk_indicators PRIMARY KEY (id, version);


--
-- Name: intake_streams pk_intake_streams; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.intake_streams
    ADD CONSTRAINT pk_intake_streams PRIMARY KEY (id, source);


--
-- Name: job_marks pk_job_marks; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.job_marks
    ADD CONSTRAINT pk_job_marks PRIMARY KEY (job);


--
-- Name: labels pk_labels; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.labels
    ADD CONSTRAINT pk_labels PRIMARY KEY (seq);


--
-- Name: models pk_models; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.models
    ADD CONSTRAINT pk_models PRIMARY KEY (version);


--
-- Name: notices pk_notices; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.notices
    ADD CONSTRAINT pk_notices PRIMARY KEY (id);


--
-- Name: outbox pk_outbox; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (seq);


--
-- Name: outcomes pk_outcomes; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.outcomes
    ADD CONSTRAINT pk_outcomes PRIMARY KEY (seq);


--
-- Name: rule_packs pk_rule_packs; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.rule_packs
    ADD CONSTRAINT pk_rule_packs PRIMARY KEY (version);


--
-- Name: score_bands pk_score_bands; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.score_bands
    ADD CONSTRAINT pk_score_bands PRIMARY KEY (id);


--
-- Name: signals pk_signals; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.signals
    ADD CONSTRAINT pk_signals PRIMARY KEY (seq);


--
-- Name: warning_actions pk_warning_actions; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warning_actions
    ADD CONSTRAINT pk_warning_actions PRIMARY KEY (action_id);


--
-- Name: warning_clocks pk_warning_clocks; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warning_clocks
    ADD CONSTRAINT pk_warning_clocks PRIMARY KEY (id);


--
-- Name: warning_history pk_warning_history; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warning_history
    ADD CONSTRAINT pk_warning_history PRIMARY KEY (id);


--
-- Name: warnings pk_warnings; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warnings
    ADD CONSTRAINT pk_warnings PRIMARY KEY (id);


--
-- Name: audit_findings uq_audit_findings; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.audit_findings
    ADD CONSTRAINT uq_audit_findings UNIQUE (warning_id, problem, found_at);


--
-- Name: enterprises uq_enterprises_uscc; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.enterprises
    ADD CONSTRAINT uq_enterprises_uscc UNIQUE (uscc);


--
-- Name: labels uq_labels_warning; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.labels
    ADD CONSTRAINT uq_labels_warning UNIQUE (warning_id, raised_at);


--
-- Name: outbox uq_outbox_event_id; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.outbox
    ADD CONSTRAINT uq_outbox_event_id UNIQUE (event_id);


--
-- Name: outcomes uq_outcomes_event; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.outcomes
    ADD CONSTRAINT uq_outcomes_event UNIQUE (enterprise_id, kind, occurred_on);


--
-- Name: rule_packs uq_rule_packs_action_id; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.rule_packs
    ADD CONSTRAINT uq_rule_packs_action_id UNIQUE (action_id);


--
-- Name: score_bands uq_score_bands_month; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.score_bands
    ADD CONSTRAINT uq_score_bands_month UNIQUE (effective_from, model_version);


--
-- Name: signals uq_signals_id; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.signals
    ADD CONSTRAINT uq_signals_id UNIQUE (id);


--
-- Name: signals uq_signals_source_key; Type: CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.signals
    ADD CONSTRAINT uq_signals_source_key UNIQUE (source, signal_key);


--
-- Name: ix_assistance_requests_newest; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_assistance_requests_newest ON gateway.assistance_requests USING btree (created_at DESC, id DESC);


--
-- Name: ix_audit_log_actor; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_audit_log_actor ON gateway.audit_log USING btree (actor_id, at);


--
-- Name: ix_audit_log_object; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_audit_log_object ON gateway.audit_log USING btree (object, at);


--
-- Name: ix_federation_messages_request; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_federation_messages_request ON gateway.federation_messages USING btree (request_id);


--
-- Name: ix_federation_nonces_expires_at; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_federation_nonces_expires_at ON gateway.federation_nonces USING btree (expires_at);


--
-- Name: ix_federation_outgoing_due; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_federation_outgoing_due ON gateway.federation_outgoing USING btree (next_attempt_at) WHERE (delivery = 'pending'::text);


--
-- Name: ix_inbox_handled_at; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_inbox_handled_at ON gateway.inbox USING btree (handled_at);


--
-- Name: ix_login_failures_last; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_login_failures_last ON gateway.login_failures USING btree (last_failed_at);


--
-- Name: ix_notification_reads_seq; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_notification_reads_seq ON gateway.notification_reads USING btree (seq);


--
-- Name: ix_notifications_addressee; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_notifications_addressee ON gateway.notifications USING btree (addressee, seq);


--
-- Name: ix_notifications_at; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_notifications_at ON gateway.notifications USING btree (at);


--
-- Name: ix_outbox_published_at; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_outbox_published_at ON gateway.outbox USING btree (published_at) WHERE (published_at IS NOT NULL);


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON gateway.outbox USING btree (seq) WHERE (published_at IS NULL);


--
-- Name: ix_partner_grants_partner; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_partner_grants_partner ON gateway.partner_grants USING btree (partner_id, operation);


--
-- Name: ix_partner_keys_partner; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_partner_keys_partner ON gateway.partner_keys USING btree (partner_id);


--
-- Name: ix_refresh_tokens_session; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_refresh_tokens_session ON gateway.refresh_tokens USING btree (session_id);


--
-- Name: ix_sessions_account; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_sessions_account ON gateway.sessions USING btree (account_id);


--
-- Name: ix_sessions_expires_at; Type: INDEX; Schema: gateway; Owner: -
--

CREATE INDEX ix_sessions_expires_at ON gateway.sessions USING btree (expires_at);


--
-- Name: ix_case_clocks_due; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_case_clocks_due ON inspection.case_clocks USING btree (due_at) WHERE ((met_at IS NULL) AND (breached_at IS NULL));


--
-- Name: ix_case_history_case; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_case_history_case ON inspection.case_history USING btree (case_id, at, id);


--
-- Name: ix_cases_closed; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_cases_closed ON inspection.cases USING btree (closed_at, id) WHERE (state = 'closed'::text);


--
-- Name: ix_cases_officers; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_cases_officers ON inspection.cases USING gin (officer_ids);


--
-- Name: ix_cases_open; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_cases_open ON inspection.cases USING btree (due_at, id) WHERE (state <> 'closed'::text);


--
-- Name: ix_inbox_handled_at; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_inbox_handled_at ON inspection.inbox USING btree (handled_at);


--
-- Name: ix_outbox_published_at; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_outbox_published_at ON inspection.outbox USING btree (published_at) WHERE (published_at IS NOT NULL);


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: inspection; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON inspection.outbox USING btree (seq) WHERE (published_at IS NULL);


--
-- Name: ix_case_clocks_due; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_case_clocks_due ON mediation.case_clocks USING btree (due_at) WHERE ((met_at IS NULL) AND (breached_at IS NULL) AND (replaced_at IS NULL));


--
-- Name: ix_case_clocks_provisional; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_case_clocks_provisional ON mediation.case_clocks USING btree (case_id) WHERE (provisional AND (met_at IS NULL) AND (replaced_at IS NULL));


--
-- Name: ix_case_history_case; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_case_history_case ON mediation.case_history USING btree (case_id, at);


--
-- Name: ix_cases_closed; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_cases_closed ON mediation.cases USING btree (organisation_id, closed_at) WHERE (state = 'closed'::text);


--
-- Name: ix_cases_division; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_cases_division ON mediation.cases USING btree (division text_pattern_ops, due_at, id);


--
-- Name: ix_cases_mediator; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_cases_mediator ON mediation.cases USING btree (mediator_id) WHERE (state <> 'closed'::text);


--
-- Name: ix_cases_offered; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_cases_offered ON mediation.cases USING btree (offered_to) WHERE (offered_to IS NOT NULL);


--
-- Name: ix_cases_organisation; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_cases_organisation ON mediation.cases USING btree (organisation_id, due_at, id) WHERE (state <> 'closed'::text);


--
-- Name: ix_inbox_handled_at; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_inbox_handled_at ON mediation.inbox USING btree (handled_at);


--
-- Name: ix_organisation_mediators_account; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_organisation_mediators_account ON mediation.organisation_mediators USING btree (account_id);


--
-- Name: ix_organisations_division; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_organisations_division ON mediation.organisations USING btree (division);


--
-- Name: ix_organisations_uscc; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_organisations_uscc ON mediation.organisations USING btree (uscc) WHERE (uscc IS NOT NULL);


--
-- Name: ix_outbox_published_at; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_outbox_published_at ON mediation.outbox USING btree (published_at) WHERE (published_at IS NOT NULL);


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: mediation; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON mediation.outbox USING btree (seq) WHERE (published_at IS NULL);


--
-- Name: uq_case_clocks_running; Type: INDEX; Schema: mediation; Owner: -
--

CREATE UNIQUE INDEX uq_case_clocks_running ON mediation.case_clocks USING btree (case_id, kind) WHERE (replaced_at IS NULL);


--
-- Name: ix_absences_coordinator; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_absences_coordinator ON warning.absences USING btree (coordinator_id, ends_on);


--
-- Name: ix_assessments_enterprise; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_assessments_enterprise ON warning.assessments USING btree (enterprise_id, assessed_at);


--
-- Name: ix_audit_findings_open; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_audit_findings_open ON warning.audit_findings USING btree (warning_id) WHERE (cleared_at IS NULL);


--
-- Name: ix_case_steps_enterprise; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_case_steps_enterprise ON warning.case_steps USING btree (uscc, at);


--
-- Name: ix_case_steps_warning; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_case_steps_warning ON warning.case_steps USING btree (warning_id);


--
-- Name: ix_enterprise_names_enterprise; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_enterprise_names_enterprise ON warning.enterprise_names USING btree (enterprise_id);


--
-- Name: ix_enterprise_risk_score; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_enterprise_risk_score ON warning.enterprise_risk USING btree (score);


--
-- Name: ix_enterprises_workplace; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_enterprises_workplace ON warning.enterprises USING btree (workplace_division, id);


--
-- Name: ix_inbox_handled_at; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_inbox_handled_at ON warning.inbox USING btree (handled_at);


--
-- Name: ix_notices_warning; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_notices_warning ON warning.notices USING btree (warning_id, at);


--
-- Name: ix_outbox_published_at; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_outbox_published_at ON warning.outbox USING btree (published_at) WHERE (published_at IS NOT NULL);


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON warning.outbox USING btree (seq) WHERE (published_at IS NULL);


--
-- Name: ix_signals_enterprise; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_signals_enterprise ON warning.signals USING btree (enterprise_id);


--
-- Name: ix_signals_held; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_signals_held ON warning.signals USING btree (uscc) WHERE (enterprise_id IS NULL);


--
-- Name: ix_signals_received; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_signals_received ON warning.signals USING brin (received_at);


--
-- Name: ix_warning_clocks_next; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_warning_clocks_next ON warning.warning_clocks USING btree (next_escalation_at) WHERE ((met_at IS NULL) AND (replaced_at IS NULL) AND (paused_at IS NULL));


--
-- Name: ix_warning_history_warning; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_warning_history_warning ON warning.warning_history USING btree (warning_id, at);


--
-- Name: ix_warnings_assignee; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_warnings_assignee ON warning.warnings USING btree (assignee_id, due_at, id) WHERE (state <> 'closed'::text);


--
-- Name: ix_warnings_division; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_warnings_division ON warning.warnings USING btree (division, raised_at, id);


--
-- Name: ix_warnings_enterprise; Type: INDEX; Schema: warning; Owner: -
--

CREATE INDEX ix_warnings_enterprise ON warning.warnings USING btree (enterprise_id, closed_at);


--
-- Name: uq_models_live; Type: INDEX; Schema: warning; Owner: -
--

CREATE UNIQUE INDEX uq_models_live ON warning.models USING btree (status) WHERE (status = 'live'::text);


--
-- Name: uq_signals_corrects; Type: INDEX; Schema: warning; Owner: -
--

CREATE UNIQUE INDEX uq_signals_corrects ON warning.signals USING btree (source, corrects) WHERE (corrects IS NOT NULL);


--
-- Name: uq_warning_clocks_running; Type: INDEX; Schema: warning; Owner: -
--

CREATE UNIQUE INDEX uq_warning_clocks_running ON warning.warning_clocks USING btree (warning_id, kind) WHERE (replaced_at IS NULL);


--
-- Name: uq_warnings_open; Type: INDEX; Schema: warning; Owner: -
--

CREATE UNIQUE INDEX uq_warnings_open ON warning.warnings USING btree (enterprise_id) WHERE (state <> 'closed'::text);


--
-- Name: audit_log audit_log_append_only; Type: TRIGGER; Schema: gateway; Owner: -
--

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON gateway.audit_log FOR EACH STATEMENT EXECUTE FUNCTION gateway.refuse_change();


--
-- Name: federation_messages federation_messages_append_only; Type: TRIGGER; Schema: gateway; Owner: -
--

CREATE TRIGGER federation_messages_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON gateway.federation_messages FOR EACH STATEMENT EXECUTE FUNCTION gateway.refuse_change();


--
-- Name: assistance_requests fk_assistance_requests_partner_id_partners; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.assistance_requests
    ADD CONSTRAINT fk_assistance_requests_partner_id_partners FOREIGN KEY (partner_id) REFERENCES gateway.partners(id);


--
-- Name: federation_messages fk_federation_messages_partner_id_partners; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_messages
    ADD CONSTRAINT fk_federation_messages_partner_id_partners FOREIGN KEY (partner_id) REFERENCES gateway.partners(id);


--
-- Name: federation_nonces fk_federation_nonces_partner_id_partners; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_nonces
    ADD CONSTRAINT fk_federation_nonces_partner_id_partners FOREIGN KEY (partner_id) REFERENCES gateway.partners(id);


--
-- Name: federation_outgoing fk_federation_outgoing_partner_id_partners; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_outgoing
    ADD CONSTRAINT fk_federation_outgoing_partner_id_partners FOREIGN KEY (partner_id) REFERENCES gateway.partners(id);


--
-- Name: federation_outgoing fk_federation_outgoing_request_id_assistance_requests; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.federation_outgoing
    ADD CONSTRAINT fk_federation_outgoing_request_id_assistance_requests FOREIGN KEY (request_id) REFERENCES gateway.assistance_requests(id);


--
-- Name: notification_reads fk_notification_reads_seq_notifications; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.notification_reads
    ADD CONSTRAINT fk_notification_reads_seq_notifications FOREIGN KEY (seq) REFERENCES gateway.notifications(seq) ON DELETE CASCADE;


--
-- Name: partner_grants fk_partner_grants_partner_id_partners; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partner_grants
    ADD CONSTRAINT fk_partner_grants_partner_id_partners FOREIGN KEY (partner_id) REFERENCES gateway.partners(id);


--
-- Name: partner_keys fk_partner_keys_partner_id_partners; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.partner_keys
    ADD CONSTRAINT fk_partner_keys_partner_id_partners FOREIGN KEY (partner_id) REFERENCES gateway.partners(id);


--
-- Name: refresh_tokens fk_refresh_tokens_session_id_sessions; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.refresh_tokens
    ADD CONSTRAINT fk_refresh_tokens_session_id_sessions FOREIGN KEY (session_id) REFERENCES gateway.sessions(id) ON DELETE CASCADE;


--
-- Name: sessions fk_sessions_account_id_accounts; Type: FK CONSTRAINT; Schema: gateway; Owner: -
--

ALTER TABLE ONLY gateway.sessions
    ADD CONSTRAINT fk_sessions_account_id_accounts FOREIGN KEY (account_id) REFERENCES gateway.accounts(id);


--
-- Name: case_actions fk_case_actions_case_id_cases; Type: FK CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_actions
    ADD CONSTRAINT fk_case_actions_case_id_cases FOREIGN KEY (case_id) REFERENCES inspection.cases(id);


--
-- Name: case_clocks fk_case_clocks_case_id_cases; Type: FK CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_clocks
    ADD CONSTRAINT fk_case_clocks_case_id_cases FOREIGN KEY (case_id) REFERENCES inspection.cases(id);


--
-- Name: case_history fk_case_history_case_id_cases; Type: FK CONSTRAINT; Schema: inspection; Owner: -
--

ALTER TABLE ONLY inspection.case_history
    ADD CONSTRAINT fk_case_history_case_id_cases FOREIGN KEY (case_id) REFERENCES inspection.cases(id);


--
-- Name: case_actions fk_case_actions_case_id_cases; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.case_actions
    ADD CONSTRAINT fk_case_actions_case_id_cases FOREIGN KEY (case_id) REFERENCES mediation.cases(id);


--
-- Name: case_clocks fk_case_clocks_case_id_cases; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.case_clocks
    ADD CONSTRAINT fk_case_clocks_case_id_cases FOREIGN KEY (case_id) REFERENCES mediation.cases(id);


--
-- Name: case_history fk_case_history_case_id_cases; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.case_history
    ADD CONSTRAINT fk_case_history_case_id_cases FOREIGN KEY (case_id) REFERENCES mediation.cases(id);


--
-- Name: cases fk_cases_mediator_id_mediators; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.cases
    ADD CONSTRAINT fk_cases_mediator_id_mediators FOREIGN KEY (mediator_id) REFERENCES mediation.mediators(account_id);


--
-- Name: cases fk_cases_offered_to_organisations; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.cases
    ADD CONSTRAINT fk_cases_offered_to_organisations FOREIGN KEY (offered_to) REFERENCES mediation.organisations(id);


--
-- Name: cases fk_cases_organisation_id_organisations; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.cases
    ADD CONSTRAINT fk_cases_organisation_id_organisations FOREIGN KEY (organisation_id) REFERENCES mediation.organisations(id);


--
-- Name: organisation_mediators fk_organisation_mediators_account_id_mediators; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.organisation_mediators
    ADD CONSTRAINT fk_organisation_mediators_account_id_mediators FOREIGN KEY (account_id) REFERENCES mediation.mediators(account_id);


--
-- Name: organisation_mediators fk_organisation_mediators_organisation_id_organisations; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.organisation_mediators
    ADD CONSTRAINT fk_organisation_mediators_organisation_id_organisations FOREIGN KEY (organisation_id) REFERENCES mediation.organisations(id);


--
-- Name: sessions fk_sessions_case_id_cases; Type: FK CONSTRAINT; Schema: mediation; Owner: -
--

ALTER TABLE ONLY mediation.sessions
    ADD CONSTRAINT fk_sessions_case_id_cases FOREIGN KEY (case_id) REFERENCES mediation.cases(id);


--
-- Name: absences fk_absences_coordinator_id_coordinators; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.absences
    ADD CONSTRAINT fk_absences_coordinator_id_coordinators FOREIGN KEY (coordinator_id) REFERENCES warning.coordinators(account_id);


--
-- Name: assessments fk_assessments_enterprise_id_enterprises; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.assessments
    ADD CONSTRAINT fk_assessments_enterprise_id_enterprises FOREIGN KEY (enterprise_id) REFERENCES warning.enterprises(id);


--
-- Name: audit_findings fk_audit_findings_warning_id_warnings; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.audit_findings
    ADD CONSTRAINT fk_audit_findings_warning_id_warnings FOREIGN KEY (warning_id) REFERENCES warning.warnings(id);


--
-- Name: enterprise_names fk_enterprise_names_enterprise_id_enterprises; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.enterprise_names
    ADD CONSTRAINT fk_enterprise_names_enterprise_id_enterprises FOREIGN KEY (enterprise_id) REFERENCES warning.enterprises(id);


--
-- Name: enterprise_risk fk_enterprise_risk_enterprise_id_enterprises; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.enterprise_risk
    ADD CONSTRAINT fk_enterprise_risk_enterprise_id_enterprises FOREIGN KEY (enterprise_id) REFERENCES warning.enterprises(id);


--
-- Name: labels fk_labels_enterprise_id_enterprises; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.labels
    ADD CONSTRAINT fk_labels_enterprise_id_enterprises FOREIGN KEY (enterprise_id) REFERENCES warning.enterprises(id);


--
-- Name: labels fk_labels_warning_id_warnings; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.labels
    ADD CONSTRAINT fk_labels_warning_id_warnings FOREIGN KEY (warning_id) REFERENCES warning.warnings(id);


--
-- Name: notices fk_notices_warning_id_warnings; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.notices
    ADD CONSTRAINT fk_notices_warning_id_warnings FOREIGN KEY (warning_id) REFERENCES warning.warnings(id);


--
-- Name: outcomes fk_outcomes_enterprise_id_enterprises; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.outcomes
    ADD CONSTRAINT fk_outcomes_enterprise_id_enterprises FOREIGN KEY (enterprise_id) REFERENCES warning.enterprises(id);


--
-- Name: warning_actions fk_warning_actions_warning_id_warnings; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warning_actions
    ADD CONSTRAINT fk_warning_actions_warning_id_warnings FOREIGN KEY (warning_id) REFERENCES warning.warnings(id);


--
-- Name: warning_clocks fk_warning_clocks_warning_id_warnings; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warning_clocks
    ADD CONSTRAINT fk_warning_clocks_warning_id_warnings FOREIGN KEY (warning_id) REFERENCES warning.warnings(id);


--
-- Name: warning_history fk_warning_history_warning_id_warnings; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warning_history
    ADD CONSTRAINT fk_warning_history_warning_id_warnings FOREIGN KEY (warning_id) REFERENCES warning.warnings(id);


--
-- Name: warnings fk_warnings_enterprise_id_enterprises; Type: FK CONSTRAINT; Schema: warning; Owner: -
--

ALTER TABLE ONLY warning.warnings
    ADD CONSTRAINT fk_warnings_enterprise_id_enterprises FOREIGN KEY (enterprise_id) REFERENCES warning.enterprises(id);


--
-- PostgreSQL database dump complete
--

\unrestrict release

