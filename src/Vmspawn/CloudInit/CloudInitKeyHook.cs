using System.Text;
using Vmspawn.Ssh;

namespace Vmspawn.CloudInit;

/// <summary>A script that cloud-init runs at each boot and that lets keys log in until the next one.</summary>
/// <remarks>
/// cloud-init installs the keys of meta-data once per instance, so a second run of an image would not know its new key, and for root it
/// installs a text in the place of commands. The file that names the keys' place stays in the guest; the keys themselves are in memory.
/// </remarks>
internal static class CloudInitKeyHook
{
    /// <summary>As vendor data: unlike user data it is the platform's, and the user's own is not replaced by it.</summary>
    /// <param name="keys">Each a line of <c>authorized_keys</c>.</param>
    public static byte[] Write(IReadOnlyList<string> keys) => Encoding.UTF8.GetBytes(
        $$"""
        #cloud-boothook
        #!/bin/sh
        mkdir -p -m 0755 {{Path.GetDirectoryName(GuestSshd.AuthorizedKeys)}}
        cat >>{{GuestSshd.AuthorizedKeys}} <<'KEYS'
        {{string.Join('\n', keys)}}
        KEYS
        chmod 0644 {{GuestSshd.AuthorizedKeys}}
        cd /etc/ssh/sshd_config.d || exit 0
        # sshd takes the first line that names files of keys: this one, which repeats what the image has.
        own=00-vmspawn.conf
        rm -f $own
        files=$(cat ./*.conf ../sshd_config 2>/dev/null | sed -n 's/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]=]*//p' | head -n 1)
        echo "AuthorizedKeysFile {{GuestSshd.AuthorizedKeys}} ${files:-.ssh/authorized_keys .ssh/authorized_keys2}" >$own

        """);
}
