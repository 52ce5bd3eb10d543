"""The canonical model as it is printed and hashed: the order of keys, and which empty values are left out.

A line lists the keys of one section in order. `key` is left out when empty (blank, 0, false, no items); `key!` is kept
as long as it is set and `key?` is null when it is not; `key:section` is a mapping kept even when empty; `key=section`
is always there; `key*section` is a list and `key%section` a mapping of such sections, both left out when empty.
`key>Name` is printed under another name.
"""

from __future__ import annotations

import re
from typing import Any

from devbox.record import dataclass

_SECTIONS = {
    "service": """
        profiles annotations attach! build:build develop:develop blkio_config:blkio cap_add cap_drop
        cgroup_parent cgroup cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpus
        cpuset cpu_shares command? configs*file container_name credential_spec:spec depends_on%dependency
        deploy:deploy device_cgroup_rules devices*mapped dns dns_opt dns_search domainname entrypoint?
        provider:provider environment expose external_links extra_hosts group_add gpus*device hostname
        healthcheck:health image init! ipc isolation labels links logging:logging mem_limit mem_reservation
        memswap_limit mem_swappiness mac_address models%use network_mode networks%network oom_kill_disable
        oom_score_adj pid pids_limit platform ports*port privileged pull_policy read_only restart runtime
        scale! secrets*file security_opt shm_size stdin_open stop_grace_period! stop_signal storage_opt
        sysctls tmpfs tty ulimits%ulimit use_api_socket user userns_mode uts volume_driver volumes*mount
        volumes_from working_dir pre_start*step post_start*hook pre_stop*hook""",
    "build": """
        context dockerfile dockerfile_inline entitlements args provenance sbom ssh labels cache_from cache_to no_cache
        no_cache_filter additional_contexts pull extra_hosts isolation network target secrets*file shm_size tags
        ulimits%ulimit platforms privileged""",
    "develop": "watch*watch",
    "watch": "path! action! target exec=hook include ignore initial_sync x-devbox",
    "hook": "command? user privileged working_dir environment",
    "step": "command? image user privileged working_dir environment per_replica",
    "blkio": """
        weight weight_device*weight device_read_bps*throttle device_read_iops*throttle device_write_bps*throttle
        device_write_iops*throttle""",
    "weight": "path>Path! weight>Weight!",
    "throttle": "path>Path! rate>Rate!",
    "file": "source target uid gid mode!",
    "dependency": "condition restart required!",
    "deploy": """
        mode replicas! labels update_config:update rollback_config:update resources=resources restart_policy:restart
        placement=placement endpoint_mode""",
    "update": "parallelism! delay failure_action monitor max_failure_ratio order",
    "resources": "limits:resource reservations:resource",
    "resource": "cpus memory pids devices*device generic_resources*generic",
    "device": "capabilities driver count device_ids options",
    "generic": "discrete_resource_spec:discrete",
    "discrete": "kind! value!",
    "restart": "condition delay! max_attempts! window!",
    "placement": "constraints preferences*spread max_replicas_per_node",
    "health": "test timeout! interval! retries! start_period! start_interval! disable",
    "network": """
        aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips mac_address priority""",
    "port": "name mode host_ip target published protocol app_protocol",
    "mount": "type source target read_only consistency bind:bind volume:inner tmpfs:tmpfs image:part",
    "bind": "selinux propagation create_host_path recursive",
    "inner": "labels nocopy subpath",
    "tmpfs": "size mode",
    "ulimit": "soft hard",
    "top_network": """
        name driver driver_opts ipam=ipam external internal attachable labels enable_ipv4! enable_ipv6!""",
    "ipam": "driver config*pool",
    "pool": "subnet gateway ip_range aux_addresses",
    "top_volume": "name driver driver_opts external labels",
    "object": "name file environment content external labels driver driver_opts template_driver",
    "model": "name model context_size runtime_flags",
    "spec": "config file registry",
    "mapped": "source target permissions",
    "provider": "type options",
    "logging": "driver options",
    "use": "endpoint_var model_var",
    "spread": "spread",
    "part": "subpath",
}
_ZERO_SIZE = frozenset(
    ("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size", "memory", "size")
)
_ZERO_TIME = frozenset(("delay", "monitor"))


@dataclass(frozen=True, slots=True)
class _Field:
    key: str
    name: str
    sign: str
    section: str


def _fields(line: str) -> tuple[_Field, ...]:
    found = []
    for word in line.split():
        match = re.fullmatch(r"([\w-]+)(?:>(\w+))?(?:([!?])|([:=*%])(\w+))?", word)
        if match:
            key, name, keep, sign, section = match.groups()
            found.append(_Field(key, name or key, keep or sign or "", section or ""))
    return tuple(found)


_TABLE = {section: _fields(line) for section, line in _SECTIONS.items()}


def lay(value: Any, section: str) -> Any:
    """The section in printing order, without what is left out."""
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for field in _TABLE[section]:
        item = value.get(field.key)
        match field.sign:
            case "=":
                result[field.name] = lay(item or {}, field.section)
            case "?":
                result[field.name] = item
            case "!":
                if field.key in value:
                    result[field.name] = _sorted(item)
            case ":":
                if item is not None:
                    result[field.name] = lay(item, field.section)
            case "*":
                if item:
                    result[field.name] = [lay(member, field.section) for member in item]
            case "%":
                if item:
                    result[field.name] = {key: lay(item[key], field.section) for key in sorted(item)}
            case _:
                if not _empty(field.key, item):
                    result[field.name] = _sorted(item)
    return result


def _empty(key: str, item: Any) -> bool:
    if item in (None, "", False, [], {}) or (item == 0 and not isinstance(item, str)):
        return True
    return (item == "0" and key in _ZERO_SIZE) or (item == "0s" and key in _ZERO_TIME)


def _sorted(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _sorted(item[key]) for key in sorted(item)}
    return item
