using Vmspawn.Linux;
using Vmspawn.Shares;
using Vmspawn.Varlink;

namespace Vmspawn.Tests.Shares;

public class UserDatabaseTests
{
    private static readonly VarlinkInterface Interface = VarlinkInterface.Parse("""
        interface io.systemd.UserDatabase

        method GetUserRecord(uid: ?int, userName: ?string, service: string) -> (record: object, incomplete: bool)

        error NoRecordFound()
        """);

    [Fact]
    public async Task Systemds_user_database_is_queried_first_and_its_negative_answer_counts()
    {
        using var directory = new TemporaryDirectory();
        var service = new VarlinkService(
            new VarlinkIdentity("Example", "users", "1", "https://example.org/"),
            new VarlinkImplementation(Interface).On("GetUserRecord", call =>
            {
                Assert.Equal("io.systemd.Multiplexer", call.Parameters.GetProperty("service").GetString());
                if (call.Parameters.GetProperty("userName").GetString() != "ann")
                    throw new VarlinkErrorException("io.systemd.UserDatabase.NoRecordFound");
                return call.ReplyAsync(reply =>
                {
                    reply.WriteStartObject("record");
                    reply.WriteString("userName", "ann");
                    reply.WriteNumber("uid", 60001);
                    reply.WriteString("homeDirectory", "/home/ann");
                    reply.WriteEndObject();
                    reply.WriteBoolean("incomplete", false);
                });
            }));
        await using (VarlinkServer.Start(UnixListener.Bind(directory["socket"]), service))
        {
            var database = new UserDatabase(directory["socket"]);
            Assert.Equal((60001u, 60001u, "/home/ann"), await database.FindAsync("ann", CancellationToken.None) is { } ann ? (ann.UserId, ann.GroupId, ann.Home) : default);
            // The C library would know this one.
            Assert.Null(await database.FindAsync("daemon", CancellationToken.None));
        }
    }
}
