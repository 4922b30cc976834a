using System.Text;

namespace Vmspawn;

/// <summary>Gives a guest that continues a snapshot an identity of its own.</summary>
internal static class GuestIdentity
{
    /// <summary>A script for its shell. What the guest does not have is left out.</summary>
    /// <param name="name">The host name.</param>
    /// <param name="old">The addresses of its network cards in the snapshot.</param>
    /// <param name="now">Those of the machine.</param>
    public static string Script(string name, IReadOnlyList<string?> old, IReadOnlyList<string?> now)
    {
        var script = new StringBuilder($"""
            n={ShellText.Quote(name)}
            [ ! -e /etc/hostname ] || echo "$n" >/etc/hostname
            echo "$n" >/proc/sys/kernel/hostname || exit
            if [ -s /etc/machine-id ]; then tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id || exit; fi
            if [ -e /etc/ssh/ssh_host_ed25519_key ] && command -v ssh-keygen >/dev/null; then
              rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub && ssh-keygen -A >/dev/null || exit
              if command -v systemctl >/dev/null; then systemctl try-restart ssh.service sshd.service; fi
            fi

            """);
        foreach (var (before, after) in old.Zip(now))
        {
            if (before is null || after is null || before == after)
                continue;
            script.AppendLine($"for x in /sys/class/net/*; do if grep -qi '^{before}$' \"$x/address\"; then ip link set dev \"${{x##*/}}\" down && ip link set dev \"${{x##*/}}\" address {after} && ip link set dev \"${{x##*/}}\" up || exit; fi; done");
        }

        return script.Append("true").ToString();
    }
}
