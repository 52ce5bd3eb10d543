"""The canonical tree to the model's types. The tree was checked before, so nothing here can be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devbox.compose import model, units
from devbox.compose.decode_parts import (
    attachment,
    blkio,
    build,
    deploy,
    device,
    device_request,
    file_reference,
    healthcheck,
    hook,
    mount,
    pairs,
    port,
    ulimits,
    watch_rule,
)
from devbox.compose.merge import Tree
from devbox.errors import Place


def _nanoseconds(text: str | None) -> int | None:
    return None if text is None else units.duration(text)


def _bytes(tree: Tree, key: str) -> int | None:
    return int(tree[key]) if key in tree else None


def _words(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def service(name: str, tree: Tree, raw: Tree, place: Place | None) -> model.Service:
    """One service; `raw` still has devbox's own extension."""
    debug = raw.get("x-devbox", {}).get("debug")
    logging = tree.get("logging")

    def text(key: str) -> str:
        return str(tree.get(key, ""))

    def texts(key: str) -> tuple[str, ...]:
        return tuple(tree.get(key, ()))

    return model.Service(
        name=name,
        tree=tree,
        place=place,
        image=text("image"),
        build=build(tree["build"]) if tree.get("build") is not None else None,
        pull_policy=text("pull_policy"),
        platform=text("platform"),
        command=_words(tree.get("command")),
        entrypoint=_words(tree.get("entrypoint")),
        environment=tree.get("environment", {}),
        labels=tree.get("labels", {}),
        annotations=tree.get("annotations", {}),
        container_name=text("container_name"),
        hostname=text("hostname"),
        domainname=text("domainname"),
        working_dir=text("working_dir"),
        user=text("user"),
        group_add=texts("group_add"),
        tty=tree.get("tty", False),
        stdin_open=tree.get("stdin_open", False),
        init=tree.get("init"),
        attach=tree.get("attach"),
        profiles=texts("profiles"),
        scale=tree.get("scale"),
        depends_on={other: _dependency(other, how) for other, how in tree.get("depends_on", {}).items()},
        restart=text("restart"),
        healthcheck=healthcheck(tree["healthcheck"]) if "healthcheck" in tree else None,
        stop_signal=text("stop_signal"),
        stop_grace_period=_nanoseconds(tree.get("stop_grace_period")),
        post_start=tuple(hook(item) for item in tree.get("post_start", ())),
        pre_stop=tuple(hook(item) for item in tree.get("pre_stop", ())),
        watch=tuple(watch_rule(item) for item in tree.get("develop", {}).get("watch", ())),
        debug=None if debug is None else model.Debug(**debug),
        ports=tuple(port(item) for item in tree.get("ports", ())),
        expose=texts("expose"),
        networks=tuple(attachment(key, item) for key, item in tree.get("networks", {}).items()),
        network_mode=text("network_mode"),
        mac_address=text("mac_address"),
        links=texts("links"),
        external_links=texts("external_links"),
        extra_hosts=pairs(texts("extra_hosts")),
        dns=texts("dns"),
        dns_opt=texts("dns_opt"),
        dns_search=texts("dns_search"),
        volumes=tuple(mount(item) for item in tree.get("volumes", ())),
        volumes_from=texts("volumes_from"),
        tmpfs=texts("tmpfs"),
        configs=tuple(file_reference(item) for item in tree.get("configs", ())),
        secrets=tuple(file_reference(item) for item in tree.get("secrets", ())),
        storage_opt=tree.get("storage_opt", {}),
        volume_driver=text("volume_driver"),
        privileged=tree.get("privileged", False),
        read_only=tree.get("read_only", False),
        cap_add=texts("cap_add"),
        cap_drop=texts("cap_drop"),
        security_opt=texts("security_opt"),
        userns_mode=text("userns_mode"),
        ipc=text("ipc"),
        pid=text("pid"),
        uts=text("uts"),
        cgroup=text("cgroup"),
        cgroup_parent=text("cgroup_parent"),
        isolation=text("isolation"),
        runtime=text("runtime"),
        credential_spec=tree.get("credential_spec", {}),
        sysctls=tree.get("sysctls", {}),
        ulimits=ulimits(tree.get("ulimits", {})),
        devices=tuple(device(item) for item in tree.get("devices", ())),
        device_cgroup_rules=texts("device_cgroup_rules"),
        gpus=tuple(device_request(item) for item in tree.get("gpus", ())),
        use_api_socket=tree.get("use_api_socket", False),
        cpu_count=tree.get("cpu_count"),
        cpu_percent=tree.get("cpu_percent"),
        cpu_period=tree.get("cpu_period"),
        cpu_quota=tree.get("cpu_quota"),
        cpu_rt_period=tree.get("cpu_rt_period"),
        cpu_rt_runtime=tree.get("cpu_rt_runtime"),
        cpu_shares=tree.get("cpu_shares"),
        cpus=tree.get("cpus"),
        cpuset=text("cpuset"),
        mem_limit=_bytes(tree, "mem_limit"),
        mem_reservation=_bytes(tree, "mem_reservation"),
        mem_swappiness=_bytes(tree, "mem_swappiness"),
        memswap_limit=_bytes(tree, "memswap_limit"),
        oom_kill_disable=tree.get("oom_kill_disable", False),
        oom_score_adj=tree.get("oom_score_adj"),
        pids_limit=tree.get("pids_limit"),
        shm_size=_bytes(tree, "shm_size"),
        blkio=blkio(tree["blkio_config"]) if "blkio_config" in tree else None,
        deploy=deploy(tree.get("deploy", {})),
        logging=model.Logging(driver=logging.get("driver", ""), options=logging.get("options", {}))
        if logging
        else None,
        provider=tree.get("provider"),
    )


def _dependency(other: str, how: Tree) -> model.Dependency:
    return model.Dependency(
        service=other,
        condition=model.Condition(how.get("condition", "service_started")),
        required=how.get("required", True),
        restart=how.get("restart", False),
    )


def network(key: str, tree: Tree, whole: Tree, place: Place | None) -> model.Network:
    """One network; `whole` has what Compose does not print and the engine takes all the same."""
    ipam = tree.get("ipam", {})
    return model.Network(
        key=key,
        name=tree.get("name", ""),
        place=place,
        driver=tree.get("driver", ""),
        driver_opts=tree.get("driver_opts", {}),
        ipam_driver=ipam.get("driver", ""),
        ipam_options=(whole.get("ipam") or {}).get("options") or {},
        ipam=tuple(model.IpamPool(**pool) for pool in ipam.get("config", ())),
        external=tree.get("external", False),
        internal=tree.get("internal", False),
        attachable=tree.get("attachable", False),
        enable_ipv4=tree.get("enable_ipv4"),
        enable_ipv6=tree.get("enable_ipv6"),
        labels=tree.get("labels", {}),
        tree=tree,
    )


def volume(key: str, tree: Tree, place: Place | None) -> model.Volume:
    """One named volume."""
    return model.Volume(
        key=key,
        name=tree.get("name", ""),
        place=place,
        driver=tree.get("driver", ""),
        driver_opts=tree.get("driver_opts", {}),
        external=tree.get("external", False),
        labels=tree.get("labels", {}),
        tree=tree,
    )


def file_object(
    key: str, tree: Tree, raw: Tree, environment: Mapping[str, str], place: Place | None
) -> model.FileObject:
    """One config or secret; `environment:` is looked up, and `raw` still has devbox's own extension."""
    variable = tree.get("environment", "")
    generate = (raw.get("x-devbox") or {}).get("generate") or {}
    return model.FileObject(
        key=key,
        name=tree.get("name", ""),
        file=tree.get("file", ""),
        environment=variable,
        content=environment.get(variable) if variable else tree.get("content"),
        external=tree.get("external", False),
        place=place,
        length=generate.get("length", 0),
        alphabet=generate.get("alphabet", ""),
    )
