/** What systemd is told of the service where it runs as a unit of `Type=notify`: that it has started, that it lives, that it stops. */
export { notifierOf, Notifier, type NotifierOptions, type SendToManager } from './notifier.js';
export { withNotifications } from './with-notifications.js';
