// What senders send: for each recipe of deploy/publishers a body in the sender's published form, and the headers
// with which it signs it. Nothing here is the relay's: signatures are made by the senders' own packages, or by
// Node's crypto after their documentation.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { sign as github } from '@octokit/webhooks-methods';
import Stripe from 'stripe';
import { Webhook } from 'svix';
import twilio from 'twilio';
import { key } from './secrets.mjs';

const hmac = (hash, secret, text, encoding) => createHmac(hash, secret).update(text).digest(encoding);
const hex = (secret, text) => hmac('sha256', secret, text, 'hex');
const base64 = (secret, text) => hmac('sha256', secret, text, 'base64');
const seconds = (at) => String(Math.floor(at / 1000));
const text = () => key(randomBytes(20).toString('hex'));

const TIME = '2026-11-30T10:11:12Z';
const UUID = randomUUID();

/**
 * Each sender:
 *   recipe   the file's name
 *   path     behind /v1/hooks/, if it is not the recipe's name
 *   secret   as the sender shows it
 *   body     what it says
 *   headers  of a delivery that is signed with a secret at a time
 *   form     whether the body is a form
 *   timed    whether the time is signed
 *   event    what it becomes
 *   answer   to a right delivery, if it is not 202 with what became of it
 */
export const SENDERS = [
  {
    recipe: 'github',
    body: { zen: 'Design for failure.', hook_id: 1, repository: { url: 'https://api.github.com/repos/a/b' } },
    headers: async (body, secret) => ({
      'X-GitHub-Event': 'ping', 'X-GitHub-Delivery': UUID, 'X-Hub-Signature-256': await github(secret, body),
    }),
    event: { type: 'com.github.ping', topic: 'github.ping', id: UUID, source: 'https://api.github.com/repos/a/b' },
  },
  {
    recipe: 'gitlab',
    body: { object_kind: 'push', project: { web_url: 'https://gitlab.example/a/b' }, commits: [] },
    headers: (_, secret) => ({
      'X-Gitlab-Event': 'Push Hook', 'X-Gitlab-Token': secret, 'Idempotency-Key': UUID,
    }),
    event: { type: 'com.gitlab.push', topic: 'gitlab.push', id: UUID, source: 'https://gitlab.example/a/b' },
  },
  {
    recipe: 'stripe',
    timed: true,
    secret: `whsec_${text()}`,
    body: {
      id: 'evt_1', object: 'event', type: 'invoice.paid', created: 1796033472, data: { object: { id: 'in_1' } },
    },
    headers: (body, secret, at) => ({
      'Stripe-Signature': Stripe.webhooks.generateTestHeaderString({
        payload: body, secret, timestamp: Number(seconds(at)),
      }),
    }),
    event: { type: 'com.stripe.invoice.paid', topic: 'stripe.invoice-paid', id: 'evt_1', subject: 'in_1' },
  },
  {
    recipe: 'slack',
    answer: { status: 200 },
    timed: true,
    body: {
      type: 'event_callback', event_id: 'Ev1', team_id: 'T1', event_time: 1796033472, event: { type: 'app_mention' },
    },
    headers: (body, secret, at) => ({
      'X-Slack-Request-Timestamp': seconds(at),
      'X-Slack-Signature': `v0=${hex(secret, `v0:${seconds(at)}:${body}`)}`,
    }),
    event: { type: 'com.slack.app_mention', topic: 'slack.app_mention', id: 'Ev1', source: 'https://slack.com/T1' },
  },
  {
    recipe: 'shopify',
    body: { id: 820982911946154508n.toString(), admin_graphql_api_id: 'gid://shopify/Order/1', total_price: '403.00' },
    headers: (body, secret) => ({
      'X-Shopify-Topic': 'orders/create',
      'X-Shopify-Shop-Domain': 'acme.myshopify.com',
      'X-Shopify-Webhook-Id': UUID,
      'X-Shopify-Triggered-At': TIME,
      'X-Shopify-Hmac-SHA256': base64(secret, body),
    }),
    event: {
      type: 'com.shopify.orders/create', topic: 'shopify.orders-create', id: UUID,
      source: 'https://acme.myshopify.com', subject: 'gid://shopify/Order/1', time: TIME,
    },
  },
  {
    recipe: 'jira',
    body: { timestamp: 1796033472123, webhookEvent: 'jira:issue_updated', issue: { id: '99291', key: 'JRA-20002' } },
    headers: (body, secret) => ({
      'X-Atlassian-Webhook-Identifier': UUID, 'X-Hub-Signature': `sha256=${hex(secret, body)}`,
    }),
    event: {
      type: 'com.atlassian.jira:issue_updated', topic: 'jira.jira-issue_updated', id: UUID, subject: 'JRA-20002',
    },
  },
  {
    recipe: 'grafana',
    timed: true,
    body: {
      receiver: 'on call', status: 'firing', orgId: 1, groupKey: '{}:{alertname="High"}', truncatedAlerts: 0,
      externalURL: 'https://grafana.example/', alerts: [{ status: 'firing', labels: { alertname: 'High' } }],
    },
    headers: (body, secret, at) => ({
      'X-Grafana-Alerting-Timestamp': seconds(at),
      'X-Grafana-Alerting-Signature': hex(secret, `${seconds(at)}:${body}`),
    }),
    event: { type: 'com.grafana.alert.firing', topic: 'alerts.on-call', source: 'https://grafana.example/' },
  },
  {
    recipe: 'alertmanager',
    body: {
      version: '4', groupKey: '{}:{alertname="Down"}', status: 'resolved', receiver: 'team',
      externalURL: 'http://alertmanager.example:9093', alerts: [{ status: 'resolved', fingerprint: 'c9f1' }],
    },
    headers: (_, secret) => ({ Authorization: `Bearer ${secret}` }),
    event: { type: 'io.prometheus.alert.resolved', topic: 'alerts.team', source: 'http://alertmanager.example:9093' },
  },
  {
    recipe: 'telegram',
    body: { update_id: 73, message: { message_id: 1, date: 1796033472, chat: { id: -1001, type: 'group' }, text: 'hi' } },
    headers: (_, secret) => ({ 'X-Telegram-Bot-Api-Secret-Token': secret }),
    event: { type: 'org.telegram.update', topic: 'telegram.update', id: '73', subject: '-1001' },
  },
  {
    recipe: 'sentry',
    body: { action: 'created', installation: { uuid: UUID }, data: { issue: { id: '1170820242', title: 'x' } } },
    headers: (body, secret, at) => ({
      'Request-ID': UUID,
      'Sentry-Hook-Resource': 'issue',
      'Sentry-Hook-Timestamp': seconds(at),
      'Sentry-Hook-Signature': hex(secret, body),
    }),
    event: { type: 'io.sentry.issue.created', topic: 'sentry.issue', id: UUID, subject: '1170820242' },
  },
  {
    recipe: 'linear',
    body: {
      action: 'create', type: 'Issue', createdAt: TIME, data: { id: 'iss-1', title: 'x' }, webhookTimestamp: 1796033472123,
    },
    headers: (body, secret) => ({
      'Linear-Delivery': UUID, 'Linear-Event': 'Issue', 'Linear-Signature': hex(secret, body),
    }),
    event: { type: 'app.linear.Issue.create', topic: 'linear.Issue', id: UUID, subject: 'iss-1', time: TIME },
  },
  {
    recipe: 'pagerduty',
    body: {
      event: {
        id: '01DAP', event_type: 'incident.triggered', resource_type: 'incident', occurred_at: TIME,
        data: { id: 'PGR0VU2', type: 'incident' },
      },
    },
    headers: (body, secret) => ({
      'X-PagerDuty-Signature': `v1=${hex('a secret of before', body)},v1=${hex(secret, body)}`,
    }),
    event: {
      type: 'com.pagerduty.incident.triggered', topic: 'pagerduty.incident', id: '01DAP', subject: 'PGR0VU2', time: TIME,
    },
  },
  {
    recipe: 'zendesk',
    timed: true,
    body: {
      id: UUID, type: 'zen:event-type:ticket.status_changed', time: TIME, subject: 'zen:ticket:1', account_id: 1,
      zendesk_event_version: '2022-06-20', detail: {}, event: {},
    },
    headers: (body, secret, at) => {
      const time = new Date(at).toISOString().replace(/\.\d+/, '');
      return {
        'X-Zendesk-Webhook-Signature-Timestamp': time,
        'X-Zendesk-Webhook-Signature': base64(secret, time + body),
      };
    },
    event: {
      type: 'com.zendesk.zen:event-type:ticket.status_changed', topic: 'zendesk.zen-event-type-ticket-status_changed',
      id: UUID, subject: 'zen:ticket:1', time: TIME,
    },
  },
  {
    recipe: 'intercom',
    body: {
      type: 'notification_event', id: 'notif_1', topic: 'conversation.user.created', created_at: 1796033472,
      data: { type: 'notification_event_data', item: { type: 'conversation', id: '142' } },
    },
    headers: (body, secret) => ({ 'X-Hub-Signature': `sha1=${hmac('sha1', secret, body, 'hex')}` }),
    event: {
      type: 'io.intercom.conversation.user.created', topic: 'intercom.conversation-user-created', id: 'notif_1',
      subject: '142', time: TIME,
    },
  },
  {
    recipe: 'bitbucket',
    body: { repository: { links: { html: { href: 'https://bitbucket.org/a/b' } } }, push: { changes: [] } },
    headers: (body, secret) => ({
      'X-Event-Key': 'repo:push', 'X-Request-UUID': UUID, 'X-Hub-Signature': `sha256=${hex(secret, body)}`,
    }),
    event: {
      type: 'org.bitbucket.repo:push', topic: 'bitbucket.repo-push', id: UUID, source: 'https://bitbucket.org/a/b',
    },
  },
  {
    recipe: 'gitea',
    body: { action: 'opened', number: 1, repository: { html_url: 'https://gitea.example/a/b' } },
    headers: (body, secret) => ({
      'X-Gitea-Event': 'pull_request', 'X-Gitea-Delivery': UUID, 'X-Gitea-Signature': hex(secret, body),
    }),
    event: {
      type: 'com.gitea.pull_request.opened', topic: 'gitea.pull_request', id: UUID, source: 'https://gitea.example/a/b',
    },
  },
  {
    recipe: 'paddle',
    timed: true,
    body: { event_id: 'evt_01', event_type: 'transaction.completed', occurred_at: TIME, data: { id: 'txn_01' } },
    headers: (body, secret, at) => ({
      'Paddle-Signature': `ts=${seconds(at)};h1=${hex(secret, `${seconds(at)}:${body}`)}`,
    }),
    event: {
      type: 'com.paddle.transaction.completed', topic: 'paddle.transaction-completed', id: 'evt_01',
      subject: 'txn_01', time: TIME,
    },
  },
  {
    recipe: 'typeform',
    body: {
      event_id: 'LtWXD3crgy', event_type: 'form_response',
      form_response: { form_id: 'lT4Z3j', token: 'a3a12ec67a13', submitted_at: TIME, answers: [] },
    },
    headers: (body, secret) => ({ 'Typeform-Signature': `sha256=${base64(secret, body)}` }),
    event: {
      type: 'com.typeform.form_response', topic: 'typeform.lT4Z3j', id: 'LtWXD3crgy', subject: 'a3a12ec67a13', time: TIME,
    },
  },
  {
    recipe: 'calendly',
    timed: true,
    body: {
      event: 'invitee.created', created_at: TIME, payload: { uri: 'https://api.calendly.com/invitees/A', email: 'a@b.c' },
    },
    headers: (body, secret, at) => ({
      'Calendly-Webhook-Signature': `t=${seconds(at)},v1=${hex(secret, `${seconds(at)}.${body}`)}`,
    }),
    event: {
      type: 'com.calendly.invitee.created', topic: 'calendly.invitee-created',
      id: `invitee.created@${TIME}@https://api.calendly.com/invitees/A`,
      subject: 'https://api.calendly.com/invitees/A', time: TIME,
    },
  },
  {
    recipe: 'clerk',
    timed: true,
    secret: `whsec_${key(randomBytes(24).toString('base64'))}`,
    body: { type: 'user.created', object: 'event', timestamp: 1796033472123, data: { id: 'user_29w8' } },
    headers: (body, secret, at) => ({
      'svix-id': 'msg_1',
      'svix-timestamp': seconds(at),
      'svix-signature': `v1a,AAAA ${new Webhook(secret).sign('msg_1', new Date(at), body)}`,
    }),
    event: { type: 'com.clerk.user.created', topic: 'clerk.user-created', id: 'msg_1', subject: 'user_29w8' },
  },
  {
    recipe: 'zoom',
    timed: true,
    body: { event: 'meeting.started', event_ts: 1796033472123, payload: { account_id: 'A', object: { uuid: 'u==' } } },
    headers: (body, secret, at) => ({
      'x-zm-request-timestamp': seconds(at),
      'x-zm-signature': `v0=${hex(secret, `v0:${seconds(at)}:${body}`)}`,
    }),
    event: { type: 'us.zoom.meeting.started', topic: 'zoom.meeting-started', subject: 'u==' },
  },
  {
    recipe: 'meta',
    body: {
      object: 'whatsapp_business_account',
      entry: [{ id: '1', changes: [{ field: 'messages', value: { messaging_product: 'whatsapp' } }] }],
    },
    headers: (body, secret) => ({ 'X-Hub-Signature-256': `sha256=${hex(secret, body)}` }),
    event: { type: 'com.meta.whatsapp_business_account', topic: 'meta.whatsapp_business_account' },
  },
  {
    recipe: 'twitch',
    timed: true,
    body: { subscription: { id: UUID, type: 'channel.follow', version: '2' }, event: { user_id: '1337' } },
    headers: (body, secret, at) => {
      const time = new Date(at).toISOString().replace('Z', '634Z');
      return {
        'Twitch-Eventsub-Message-Id': UUID,
        'Twitch-Eventsub-Message-Type': 'notification',
        'Twitch-Eventsub-Message-Timestamp': time,
        'Twitch-Eventsub-Message-Signature': `sha256=${hex(secret, UUID + time + body)}`,
      };
    },
    event: { type: 'tv.twitch.channel.follow', topic: 'twitch.channel-follow', id: UUID },
  },
  {
    recipe: 'dropbox',
    body: { list_folder: { accounts: ['dbid:AAH4f99'] }, delta: { users: [12345678] } },
    headers: (body, secret) => ({ 'X-Dropbox-Signature': hex(secret, body) }),
    event: { type: 'com.dropbox.files.changed', topic: 'dropbox.files' },
  },
  {
    recipe: 'okta',
    body: {
      eventType: 'com.okta.event_hook', eventTypeVersion: '1.0', cloudEventsVersion: '0.1', eventId: UUID,
      source: 'https://acme.okta.com/api/v1/eventHooks/who1', eventTime: TIME, data: { events: [] },
    },
    headers: (_, secret) => ({ Authorization: secret }),
    event: {
      type: 'com.okta.event_hook', topic: 'okta.events', id: UUID, time: TIME,
      source: 'https://acme.okta.com/api/v1/eventHooks/who1',
    },
  },
  {
    recipe: 'microsoft-graph',
    path: (secret) => `graph?key=${secret}`,
    body: { value: [{ subscriptionId: UUID, changeType: 'updated', resource: 'Users/1/Messages/2' }] },
    headers: () => ({}),
    event: { type: 'com.microsoft.graph.changed', topic: 'graph.changed' },
  },
  {
    recipe: 'box',
    timed: true,
    body: { type: 'webhook_event', id: 'b5d7', trigger: 'FILE.UPLOADED', created_at: TIME, source: { id: '73', type: 'file' } },
    headers: (body, secret, at) => {
      const time = new Date(at).toISOString().replace(/\.\d+Z/, '+00:00');
      return {
        'BOX-DELIVERY-ID': randomUUID(),
        'BOX-DELIVERY-TIMESTAMP': time,
        'BOX-SIGNATURE-PRIMARY': base64(secret, body + time),
        'BOX-SIGNATURE-SECONDARY': base64('another key', body + time),
      };
    },
    event: { type: 'com.box.FILE.UPLOADED', topic: 'box.FILE-UPLOADED', id: 'b5d7', subject: '73', time: TIME },
  },
  {
    recipe: 'twilio',
    answer: { status: 204 },
    form: true,
    path: () => 'twilio?foo=1&bar=%202',
    body: {
      MessageSid: 'SM1', From: '+14158675310', To: '+18005551212', Body: 'Tea & cake = 3 € 👍', NumMedia: '0', Caller: '',
    },
    headers: (body, secret) => ({
      'X-Twilio-Signature': twilio.getExpectedTwilioSignature(
        secret, 'https://hooks.example.com/v1/hooks/twilio?foo=1&bar=%202', Object.fromEntries(new URLSearchParams(body))),
    }),
    event: {
      type: 'com.twilio.message.received', topic: 'twilio.messages', id: 'SM1.received', subject: '+14158675310',
    },
  },
  {
    recipe: 'hubspot',
    timed: true,
    body: [{
      eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 1796033472000, subscriptionType: 'contact.creation', portalId: 4,
    }],
    headers: (body, secret, at) => ({
      'X-HubSpot-Request-Timestamp': String(at),
      'X-HubSpot-Signature-v3': base64(secret, `POSThttps://hooks.example.com/v1/hooks/hubspot${body}${at}`),
    }),
    event: {
      type: 'com.hubspot.contact.creation', topic: 'hubspot.contact-creation', id: '1.2.3.1796033472000', subject: '3',
      time: TIME,
    },
  },
].map((sender) => ({ secret: text(), ...sender }));
