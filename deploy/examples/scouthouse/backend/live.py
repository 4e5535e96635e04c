"""Tells who looks at an event that something about it has changed.

This is the one place that knows how: to publish in another way, nothing else has to change.
"""

TOPIC = "event.{}"


class Live:
    def __init__(self, publisher):
        self._publisher = publisher

    def publish(self, event_id, event_type, payload):
        self._publisher.publish(TOPIC.format(event_id), event_type, payload)

    def candidate_updated(self, event_id, candidate_id):
        self.publish(event_id, "candidate_updated", {"candidate_id": candidate_id})
        self.publish(event_id, "summary_updated", {})

    def task_updated(self, event_id, task_id):
        self.publish(event_id, "task_updated", {"task_id": task_id})
        self.publish(event_id, "summary_updated", {})
