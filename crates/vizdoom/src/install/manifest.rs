//! The files of the wheel that are needed at run time, with their pinned contents.
//!
//! The wheels of 1.3.2 for CPython 3.10 to 3.13 carry the same bytes in all of them, so
//! the pins hold whatever Python fetched the wheel.

/// One pinned file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pin {
    /// Path in the wheel, and below the installation's root.
    pub(super) path: &'static str,
    /// Length in bytes.
    pub(super) size: u64,
    /// SHA-256 in hex.
    pub(super) sha256: &'static str,
}

/// The engine's executable, its own data and the free game data come first.
pub(super) const FILES: &[Pin] = &[
    Pin {
        path: "vizdoom/vizdoom",
        size: 5679696,
        sha256: "4637fa3935c4fa850978666a0d18ff75315c7b79bfc13f98a885b6f2d232d0f3",
    },
    Pin {
        path: "vizdoom/vizdoom.pk3",
        size: 630827,
        sha256: "24381138aede0ab03a4266f8fdd0225a1819658f004d37c9dc349e006b74f34e",
    },
    Pin {
        path: "vizdoom/freedoom2.wad",
        size: 28787748,
        sha256: "a8772e088847032510d97ba2312406a6998f21cbab44d4ff10696faa9c0ecd4b",
    },
    Pin {
        path: "vizdoom/freedoom1.wad",
        size: 28795076,
        sha256: "7323bcc168c5a45ff10749b339960e98314740a734c30d4b9f3337001f9e703d",
    },
    Pin {
        path: "vizdoom.libs/libSDL2-2-d214786e.0.so.0.10.0",
        size: 2120049,
        sha256: "a5baca83723c0bf415ef83d2487c3f7e30a5292335598f187c30b2dd086a8e5e",
    },
    Pin {
        path: "vizdoom.libs/libboost_atomic-fb1368c6.so.1.66.0",
        size: 2099897,
        sha256: "cdde6dd738d699dfad0c58803e12a9c3599b0acd63401ae34a0bec69a4f5f5c6",
    },
    Pin {
        path: "vizdoom.libs/libboost_chrono-67089fad.so.1.66.0",
        size: 6299441,
        sha256: "baf7c97c71fe90f08310b86df506a581eba1966ebf3ec0e129c452299e0a6f5c",
    },
    Pin {
        path: "vizdoom.libs/libboost_date_time-bfc31cd3.so.1.66.0",
        size: 2118937,
        sha256: "aa1eea422edd14778b5be6b424654da3426beeca912c03d3bac2ba3b0dda311c",
    },
    Pin {
        path: "vizdoom.libs/libboost_system-69a6c43e.so.1.66.0",
        size: 2101497,
        sha256: "6568c2fa96db660965d4ff85f358a2b30b65116b3264e9f946846da1d29872ec",
    },
    Pin {
        path: "vizdoom.libs/libboost_thread-473b539f.so.1.66.0",
        size: 6331257,
        sha256: "94eb6885b6a44e25a5b9c173d1885d0498ad93742ff7b2417b134abca00303a3",
    },
    Pin {
        path: "vizdoom/scenarios/basic.cfg",
        size: 1033,
        sha256: "306ce424442279a1e5d98a75c36a900b616c2496dcdac93a2923946049c926e7",
    },
    Pin {
        path: "vizdoom/scenarios/basic.wad",
        size: 2704,
        sha256: "fd0b7e5e2422e09288c786e7fc32181bb8ee4a3faa613a75ef88a3e39b5ce94e",
    },
    Pin {
        path: "vizdoom/scenarios/basic_audio.cfg",
        size: 833,
        sha256: "4e90059701900a3e001518cdeaf51f0fe0e023cd66ce2511876d379f703011ef",
    },
    Pin {
        path: "vizdoom/scenarios/basic_audio.wad",
        size: 2951,
        sha256: "8430318a3b369f8a7735e09187f4e202dd70e3edcfc41b4f18a6c8eea9c76e65",
    },
    Pin {
        path: "vizdoom/scenarios/basic_notifications.cfg",
        size: 888,
        sha256: "172233cb048bcd67a5c112378ced33e270d4b0ad6455be7fac29276dee5a36a6",
    },
    Pin {
        path: "vizdoom/scenarios/basic_notifications.wad",
        size: 3224,
        sha256: "c4b4bdc9c32c1244c080dac9381363f9b70e9bcb87edab3e4feed109b8f7f4ca",
    },
    Pin {
        path: "vizdoom/scenarios/cig.cfg",
        size: 675,
        sha256: "e4a55c7ebe4006aa34e363db50fdcab3b84320f267a2fed3a247b144791d50ec",
    },
    Pin {
        path: "vizdoom/scenarios/cig.wad",
        size: 214730,
        sha256: "3ae9dadec22a494e7644a5fcd9abc0595e16d49b29635e2b0be625395d46859d",
    },
    Pin {
        path: "vizdoom/scenarios/cig_with_unknown.wad",
        size: 471379,
        sha256: "cc2fb237d742575408a61aac5fd4183def1825d9eec22926e5a654f941b9fd82",
    },
    Pin {
        path: "vizdoom/scenarios/deadly_corridor.cfg",
        size: 920,
        sha256: "b76c53ad90ff27680c4a4655c88dc04458f2d597baac6cec5d38df91ca67c17a",
    },
    Pin {
        path: "vizdoom/scenarios/deadly_corridor.wad",
        size: 10048,
        sha256: "3c868f88c78df8219a2c41a2695ae04e5a19d60a32f1718282b3bbc7f20951ca",
    },
    Pin {
        path: "vizdoom/scenarios/deathmatch.cfg",
        size: 1235,
        sha256: "ab2b1a71fecda7e156d43e015aec4e48a5141795c0c22777f654ea00ee75c407",
    },
    Pin {
        path: "vizdoom/scenarios/deathmatch.wad",
        size: 102111,
        sha256: "1d06c2113f2c1546062635ad599f49cd852287a08b7b07b26d30b8f4c362a42d",
    },
    Pin {
        path: "vizdoom/scenarios/defend_the_center.cfg",
        size: 849,
        sha256: "dd01c3d8041c282c9002540eecb6ddb264aebabaa9aaf24804a10c933587133c",
    },
    Pin {
        path: "vizdoom/scenarios/defend_the_center.wad",
        size: 6478,
        sha256: "eb3f8d3b3f456bbef32a1d41f847189dd83cc1d4e320157ba92b75a9b0d8d5bb",
    },
    Pin {
        path: "vizdoom/scenarios/defend_the_line.cfg",
        size: 759,
        sha256: "3cb32d16a101339d62ced9118f1c4caeeec4ae978e7d86596a1d1cc52276ea65",
    },
    Pin {
        path: "vizdoom/scenarios/defend_the_line.wad",
        size: 4139,
        sha256: "b1d0fc43d987eee9e1dfee0e6bdecde8cf1ce5b15b9a09f79751bd73c553f3d8",
    },
    Pin {
        path: "vizdoom/scenarios/doom.cfg",
        size: 923,
        sha256: "0679b41b6b6399529069165854fb7f8c2d32f51ccda1c37aa618539a1d0b9ea0",
    },
    Pin {
        path: "vizdoom/scenarios/doom2.cfg",
        size: 924,
        sha256: "6e42d88f500bbfdeb2331e4de62821ee61a75f39f1ce183a261bf95a0c141868",
    },
    Pin {
        path: "vizdoom/scenarios/freedoom1.cfg",
        size: 928,
        sha256: "4ebe7f9d0f25f49290243f2c1e25cf565b9d9f5117a833323aa9ad0f48bee3f2",
    },
    Pin {
        path: "vizdoom/scenarios/freedoom2.cfg",
        size: 928,
        sha256: "349a7fd32da0964ee0605569b2befa8edc3cc4380ec4e3cfa492e0941fefa74f",
    },
    Pin {
        path: "vizdoom/scenarios/health_gathering.cfg",
        size: 764,
        sha256: "582a547f47e7a721a8728d30690d018d7588644074c7a204cd9e401f63090e2e",
    },
    Pin {
        path: "vizdoom/scenarios/health_gathering.wad",
        size: 2837,
        sha256: "c77c8ba3254ae19eaff8d00418870a7718ef8a5822e5872ab68b76205cb2bacf",
    },
    Pin {
        path: "vizdoom/scenarios/health_gathering_supreme.cfg",
        size: 772,
        sha256: "d53069631aacb542bd9bf5349787f5d4f5bf61a9f720cd23ae9cc3d89d2f4fe7",
    },
    Pin {
        path: "vizdoom/scenarios/health_gathering_supreme.wad",
        size: 29498,
        sha256: "dade758e5295adfd860721cb9d5ac42576a560b1283bf572bf656a056fda3515",
    },
    Pin {
        path: "vizdoom/scenarios/learning.cfg",
        size: 687,
        sha256: "b9c2e19b06c44f974726bb446ea84568d308d6a61583319cf054f1f843d878c3",
    },
    Pin {
        path: "vizdoom/scenarios/multi.cfg",
        size: 750,
        sha256: "3e287397946fda8816609e1aa4226c402be1de979001e2874ea37cf7dd2db2c8",
    },
    Pin {
        path: "vizdoom/scenarios/multi_deathmatch.wad",
        size: 11196,
        sha256: "e7bbe80000ca8c9eef42b13804b3aa9f362e1b16b92050425631dd53bfc0f8eb",
    },
    Pin {
        path: "vizdoom/scenarios/multi_duel.cfg",
        size: 453,
        sha256: "b55df0771d671d9918ba9ea00b0a6ad8110e28cf62cbbf4f43c18e7832bd3046",
    },
    Pin {
        path: "vizdoom/scenarios/multi_duel.wad",
        size: 10384,
        sha256: "f7ec2ad66cee3b1b4128c7ca36335eadfc7781f913260b2f06b9a93600b242fa",
    },
    Pin {
        path: "vizdoom/scenarios/my_way_home.cfg",
        size: 736,
        sha256: "3dc0eb5e3557df7918484f91bdc4bc13b78cf67c6a6eaf2052e8ad66cfccbe46",
    },
    Pin {
        path: "vizdoom/scenarios/my_way_home.wad",
        size: 28469,
        sha256: "18e98ff4c9186808eb00696b799cfe88a79e7486429c1692aafbed8ef359c0b1",
    },
    Pin {
        path: "vizdoom/scenarios/oblige.cfg",
        size: 1100,
        sha256: "6cb3a8f5ad087d25ff9c3f125f6d7e81743dc1dbe71f619bed7a2ce993e25436",
    },
    Pin {
        path: "vizdoom/scenarios/predict_position.cfg",
        size: 877,
        sha256: "5e97217a17d5285d80c9c7351cb69562c5ff005423780c352e5c507951e08f6f",
    },
    Pin {
        path: "vizdoom/scenarios/predict_position.wad",
        size: 13854,
        sha256: "a5a1bdbbfdbef2a505b496f6889d06751ba3431a50ec382fb303fcc4066917a6",
    },
    Pin {
        path: "vizdoom/scenarios/rocket_basic.cfg",
        size: 458,
        sha256: "e19d86b5ca36f657b27c325aabb3ad2b8a22814a3cff9739f9518383b9e8ba6f",
    },
    Pin {
        path: "vizdoom/scenarios/rocket_basic.wad",
        size: 3846,
        sha256: "447a308de3ea518d0aa93d63f1e1626afd0d1029c0e008583a578bbfc65429ae",
    },
    Pin {
        path: "vizdoom/scenarios/simpler_basic.cfg",
        size: 680,
        sha256: "eb9572e7705009787b95e558f7ecb2aaeeed9f98eac640569c5540d4e982ae78",
    },
    Pin {
        path: "vizdoom/scenarios/simpler_basic.wad",
        size: 2709,
        sha256: "d10af502f27d7b777c3d34c956320a8233613d3de948ccabf2bf21462d7b0d2b",
    },
    Pin {
        path: "vizdoom/scenarios/take_cover.cfg",
        size: 685,
        sha256: "9dd89baabf83eac8dfa8dc37afffbd5a94c653e9de196b4086eeb9605c62eab2",
    },
    Pin {
        path: "vizdoom/scenarios/take_cover.wad",
        size: 2704,
        sha256: "6fcd3c50c7f303628a9c36f1af68dd5b683c56a81302cd1118f569dbb6637990",
    },
];
