using System.Text;
using CsCheck;
using Vmspawn.Notify;

namespace Vmspawn.Tests.Notify;

public class NotifyMessageTests
{
    private static readonly string[] Parts = ["READY=1", "STATUS=", "EXIT_STATUS=", "\n", "=", "12", "\u001b"];

    [Theory]
    [InlineData("READY=1", true, null, null)]
    [InlineData("READY=1\nSTATUS=Ready.\n", true, "Ready.", null)]
    [InlineData("STATUS=one\nSTATUS=two", false, "two", null)]
    [InlineData("STATUS=\ttabs\u001b[31mred\r", false, "tabs [31mred", null)]
    [InlineData("STATUS=", false, "", null)]
    [InlineData("STATUS=up\u202egnp.exe\u200b", false, "upgnp.exe", null)]
    [InlineData("EXIT_STATUS=123\nX_SYSTEMD_SHUTDOWN=poweroff", false, null, 123)]
    [InlineData("EXIT_STATUS=255", false, null, 255)]
    [InlineData("EXIT_STATUS=256", false, null, null)]
    [InlineData("EXIT_STATUS=-1", false, null, null)]
    [InlineData("EXIT_STATUS= 1", false, null, null)]
    [InlineData("EXIT_STATUS=99999999999999999999", false, null, null)]
    [InlineData("READY=0\nX_SYSTEMD_UNIT_ACTIVE=sshd.service\nRELOADING=1", false, null, null)]
    [InlineData("NOT_READY=1", false, null, null)]
    [InlineData("", false, null, null)]
    public void Known_members_are_read_and_others_ignored(string message, bool ready, string? status, int? exitStatus) =>
        Assert.Equal(new NotifyMessage(ready, status, exitStatus), NotifyMessage.Parse(Encoding.UTF8.GetBytes(message)));

    [Fact]
    public void Any_bytes_make_a_short_line_without_control_characters_and_an_exit_status_in_range() =>
        Gen.OneOf(
            Gen.Byte.Array[0, NotifyMessage.LargestSize],
            Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]).Array[0, 40].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))),
            Gen.Byte.Array[0, 600].Select(bytes => (byte[])[.. "STATUS="u8, .. bytes])).Sample(bytes =>
        {
            var message = NotifyMessage.Parse(bytes);
            Assert.InRange(message.ExitStatus ?? 0, 0, 255);
            Assert.True(message.Status is null || (message.Status.Length <= 256 && !message.Status.Any(char.IsControl)));
        });
}
