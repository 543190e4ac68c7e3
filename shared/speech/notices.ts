/** Texts that the supervisor need not type, and that the voice packs say whole: `T:ID` is the clip. */
export const NOTICES: readonly { readonly id: string; readonly text: { readonly id: string; readonly en: string } }[] = [
  {
    id: 'closing',
    text: {
      id: 'Pelayanan akan ditutup sebentar lagi. Nomor yang sudah diambil tetap dilayani.',
      en: 'Services close shortly. Numbers already taken will still be served.',
    },
  },
  {
    id: 'break',
    text: {
      id: 'Pelayanan istirahat sejenak. Nomor antrean Anda tetap berlaku.',
      en: 'Services pause for a short break. Your queue number stays valid.',
    },
  },
  {
    id: 'prayer',
    text: {
      id: 'Pelayanan istirahat sejenak untuk salat. Nomor antrean Anda tetap berlaku.',
      en: 'Services pause for prayer. Your queue number stays valid.',
    },
  },
  {
    id: 'resume',
    text: {
      id: 'Pelayanan dibuka kembali. Silakan menunggu panggilan nomor Anda.',
      en: 'Services are open again. Please wait for your number.',
    },
  },
  {
    id: 'trouble',
    text: {
      id: 'Mohon maaf, sistem sedang mengalami gangguan. Nomor antrean Anda tetap berlaku.',
      en: 'We are sorry, the system has a problem. Your queue number stays valid.',
    },
  },
  {
    id: 'documents',
    text: {
      id: 'Mohon siapkan berkas Anda sebelum nomor Anda dipanggil.',
      en: 'Please have your documents ready before your number is called.',
    },
  },
  {
    id: 'missed',
    text: {
      id: 'Bagi pengunjung yang nomornya terlewat, silakan melapor ke petugas.',
      en: 'If your number was missed, please speak to an officer.',
    },
  },
  {
    id: 'priority',
    text: {
      id: 'Mohon dahulukan lansia, penyandang disabilitas, ibu hamil, dan ibu yang membawa balita.',
      en: 'Please give way to elderly people, people with disabilities, expectant mothers and mothers with small children.',
    },
  },
  {
    id: 'belongings',
    text: { id: 'Mohon jaga barang bawaan Anda.', en: 'Please look after your belongings.' },
  },
  {
    id: 'lost',
    text: {
      id: 'Bagi pengunjung yang kehilangan barang atau mencari anaknya, silakan melapor ke petugas.',
      en: 'If you have lost an item or are looking for a child, please speak to an officer.',
    },
  },
  {
    id: 'evacuate',
    text: {
      id: 'Perhatian. Mohon tinggalkan gedung dengan tenang melalui pintu terdekat. Ikuti petunjuk petugas.',
      en: 'Attention. Please leave the building calmly by the nearest exit. Follow the officers’ directions.',
    },
  },
]
